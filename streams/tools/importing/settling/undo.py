"""Undo a run: set every fact that it told back to what was known before, or take it back.

What an undoing tells again names in `vendorevent` the delivery that told it first, so that that run can be undone too.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from schemas.events.envelope import full_type, short_type
from schemas.funnel.costs import RECORDED, REVERSED
from streams.ingest.vendors.standard.events.canonical import without_prefix
from streams.tools.importing.settling.settle import COST, JOB
from streams.tools.importing.settling.stored_costs import CostVersion, cost_versions

SOURCE = "urn:hirelay:import:undo"
KEPT = ("specversion", "time", "timequality", "ingestmode", "correlationid")
# The revisions of each fact that the run told, the latest last, with the delivery that told each.
REVISIONS_SQL = """
select
    subject,
    JSONExtractString(body, 'data', 'log_id') as log_id,
    arraySort(
        entry -> entry.1,
        groupArray(
            (
                (
                    parseDateTime64BestEffortOrZero(
                        coalesce(
                            nullIf(JSONExtractString(body, 'data', 'application', 'revision'), ''),
                            JSONExtractString(body, 'data', 'revision')
                        ),
                        3
                    ),
                    src_offset,
                    src_index
                ),
                JSONExtractString(body, 'deliveryid'),
                JSONExtractString(body, 'vendorevent'),
                body
            )
        )
    ) as revisions
from v_events
where tenant = {tenant:String}
    and connection = {connection:String}
    and startsWith(log_id, 'import:')
group by subject, log_id, startsWith(type, 'job.')
having arrayExists(entry -> startsWith(entry.2, {run:String}), revisions)
order by subject, log_id
"""
COSTS_SQL = """
select distinct JSONExtractString(body, 'data', 'cost_id') as cost_id
from v_events
where tenant = {tenant:String}
    and connection = {connection:String}
    and type in ('cost.recorded', 'cost.reversed')
    and startsWith(JSONExtractString(body, 'deliveryid'), {run:String})
order by cost_id
"""
BESIDE_SQL = """
select type, count()
from v_events
where tenant = {tenant:String}
    and connection = {connection:String}
    and startsWith(JSONExtractString(body, 'deliveryid'), {run:String})
    and JSONExtractString(body, 'data', 'log_id') = ''
    and type not in ('cost.recorded', 'cost.reversed')
group by type
order by type
"""


class ToldVersion(Protocol):
    """One version of a fact: the delivery that told it, and the one that told it first if an undoing told it again."""

    @property
    def delivery(self) -> str:
        """The id of the delivery."""

    @property
    def origin(self) -> str:
        """The id of the first delivery with this content."""


@dataclass(frozen=True, kw_only=True)
class _Revision:
    """One revision of a fact of an application or a job."""

    delivery: str
    origin: str
    body: str


R = TypeVar("R", bound=ToldVersion)


@dataclass(frozen=True, kw_only=True)
class UndoneRun:
    """The run to take back, of which connection; `prefix` is what the connection puts before ids."""

    tenant: str
    connection: str
    run: str
    prefix: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the queries."""
        return {"tenant": self.tenant, "connection": self.connection, "run": f"{self.run}-"}

    def told(self, version: "ToldVersion") -> bool:
        """Whether the run told the version, or an undoing told it again."""
        return version.delivery.startswith(f"{self.run}-") or version.origin.startswith(
            f"{self.run}-"
        )


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """What becomes of one fact of the run: the event to send, None if a later import changed the fact since.

    `entity` is an application, `job/…` or `cost/…`. The event is as the gateway would accept it, ids with their prefix.
    """

    entity: str
    restored: bool
    event: dict[str, Any] | None
    prefix: str = ""

    @property
    def body(self) -> bytes | None:
        """The event as the sender writes it, in JSON."""
        if self.event is None:
            return None
        name = short_type(self.event["type"])
        data = without_prefix(self.event["data"], name, self.prefix)
        text = json.dumps({**self.event, "data": data}, ensure_ascii=False, separators=(",", ":"))
        return text.encode()


def undoings(client: Any, run: UndoneRun, revision: datetime) -> Iterator[Undoing]:
    """What takes the run back, fact by fact; those of one entity follow each other."""
    for subject, _, revisions in client.query(REVISIONS_SQL, parameters=run.parameters).result_rows:
        yield _undo_fact(subject.removeprefix(run.prefix), revisions, run, revision)
    rows = client.query(COSTS_SQL, parameters=run.parameters).result_rows
    costs = cost_versions(client, run.tenant, [cost_id for (cost_id,) in rows])
    for versions in costs.values():
        yield _undo_cost(versions, run, revision)


def beside(client: Any, run: UndoneRun) -> dict[str, int]:
    """The number of events of the run by type that no undoing reaches: those of imports before facts had ids."""
    return dict(client.query(BESIDE_SQL, parameters=run.parameters).result_rows)


def _undo_fact(
    entity: str, revisions: Sequence[Any], run: UndoneRun, revision: datetime
) -> Undoing:
    told = [
        _Revision(delivery=delivery, origin=origin or delivery, body=body)
        for _, delivery, origin, body in revisions
    ]
    latest, before = told[-1], _before(told, run)
    event = json.loads(latest.body)
    if short_type(event["type"]).startswith("job."):
        entity = JOB + entity
    if not run.told(latest):
        return Undoing(entity=entity, restored=False, event=None)
    earlier: dict[str, Any] = {} if before is None else json.loads(before.body)
    if before is None or earlier["data"].get("retracted"):
        event = _told(event, _retraction_type(event), _retraction(event["data"]), revision)
        return Undoing(entity=entity, restored=False, event=event, prefix=run.prefix)
    event = _told(earlier, earlier["type"], earlier["data"], revision)
    event["vendorevent"] = before.origin
    return Undoing(entity=entity, restored=True, event=event, prefix=run.prefix)


def _before(told: Sequence[R], run: UndoneRun) -> R | None:
    """What was known before the run told anything of it, None if nothing was."""
    first = next(number for number, version in enumerate(told) if run.told(version))
    return told[first - 1] if first else None


def _retraction_type(event: dict[str, Any]) -> str:
    is_of_job = short_type(event["type"]).startswith("job.")
    return full_type("job.updated" if is_of_job else "application.updated")


def _retraction(data: dict[str, Any]) -> dict[str, Any]:
    """The data that take a fact back, of an application or of the employment after it, or of a job."""
    if "job_id" in data:
        return {"job_id": data["job_id"], "log_id": data["log_id"], "retracted": True}
    application = data.get("application") or {"id": data["application_id"]}
    return {"log_id": data["log_id"], "application": {"id": application["id"]}, "retracted": True}


def _told(
    event: dict[str, Any], event_type: str, data: dict[str, Any], revision: datetime
) -> dict[str, Any]:
    """The data told as the latest word on the fact of the event, at its instant."""
    stamp = revision.isoformat()
    if "application" in data:
        data = {**data, "application": {**data["application"], "revision": stamp}}
    elif "log_id" in data:
        data = {**data, "revision": stamp}
    return {name: event[name] for name in KEPT if name in event} | {
        "id": f"{event['id']}/{stamp}",
        "source": SOURCE,
        "type": event_type,
        "data": data,
    }


def _undo_cost(versions: Sequence[CostVersion], run: UndoneRun, revision: datetime) -> Undoing:
    """What takes a cost back: its next version, which says what the one before the run said, or reverses it."""
    latest, before = versions[-1], _before(versions, run)
    entity = COST + latest.cost_id
    if not run.told(latest):
        return Undoing(entity=entity, restored=False, event=None)
    is_restored = before is not None and not before.is_reversed
    told = json.loads((before or latest).body if is_restored else latest.body)
    holder = told["data"].get("member") if told["data"]["scope"] == "hire" else None
    previous = latest.holder or holder
    data = {name: value for name, value in told["data"].items() if name != "previous_member"}
    data |= {"version": latest.version + 1} | (
        {} if previous is None else {"previous_member": previous}
    )
    event = _told(told, full_type(RECORDED if is_restored else REVERSED), data, revision)
    if before is not None and is_restored:
        event["vendorevent"] = before.origin
    return Undoing(entity=entity, restored=is_restored, event=event, prefix=run.prefix)
