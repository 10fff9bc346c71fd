"""The accepted events of a log, gathered by application with the events of its candidate, its job and its seat."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from schemas.errors import Malformed
from schemas.events import packs
from streams.tools.verify.independent.told import JsonObject, Told, read_event

Application = tuple[str, str]  # tenant and subject
Parent = tuple[str, str]  # topic and id

# The parent that a context event is about.
PARENT_OF_TOPIC = {"job": "job_id", "pipeline": "job_id", "opening": "opening_id"}


@dataclass
class Log:
    """The log as the worker reads it."""

    own: dict[Application, list[Told]] = field(default_factory=dict)
    context: dict[str, list[Told]] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)

    def add(self, offset: int, record: bytes | None) -> None:
        """Add one record; copies made for other partitions are not events of their own, and what nobody can read is none."""
        try:
            packs.decode_pack(record)
        except Malformed:
            return
        pack = msgspec.json.decode(record or b"")
        if not pack.get("forwarded"):
            for index, event in enumerate(pack["events"]):
                self._add(event, read_event(event, offset, index))

    def _add(self, event: JsonObject, told: Told) -> None:
        tenant: str = event["tenant"]
        if told.is_context:
            if not told.test and (tenant, told.id) not in self.seen:
                self.seen.add((tenant, told.id))
                self.context.setdefault(tenant, []).append(told)
        elif told.application or told.kind.startswith("employment.") or told.is_cost:
            self.own.setdefault((tenant, event["subject"]), []).append(told)

    def stories(self) -> Iterator[tuple[Application, list[Told]]]:
        """Every application, and every cost, with all events that reach it."""
        for (tenant, subject), own in sorted(self.own.items()):
            context = self.context.get(tenant, [])
            yield (tenant, subject), [*own, *reaching(own, context)]


def reaching(own: list[Told], context: list[Told]) -> list[Told]:
    """The events of the jobs, seats and candidates that the application names, and of those they were merged into."""
    parents: set[Parent] = set()
    for event in own:
        for topic, name in (("job", "job_id"), ("opening", "opening_id")):
            parents.add((topic, event.application.get(name) or ""))
        parents.add(("candidate", event.application.get("candidate_id") or ""))
    for _ in context:
        merged = {
            ("candidate", event.data["into_id"])
            for event in context
            if event.kind == "candidate.merged" and _parent(event) in parents
        }
        if merged <= parents:
            break
        parents |= merged
    return [event for event in context if _parent(event) in parents]


def _parent(event: Told) -> Parent | None:
    topic = event.kind.partition(".")[0]
    data: Mapping[str, str] = event.data
    if topic == "candidate":
        name = data.get("from_id") or data.get("candidate_id")
    else:
        name = data.get(PARENT_OF_TOPIC[topic])
    return ("job" if topic == "pipeline" else topic, name) if name else None
