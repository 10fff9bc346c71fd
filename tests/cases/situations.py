"""Situations that recruiters report, with the values that they count by hand: `*.yaml`, one entry per situation.

An event is one line, `<instant> [<application>] <type> [<field>=<value> …]`. An instant without an offset is in Tokyo.
`a0..a7` repeats its run of lines for each of these applications. Unless a line says otherwise, an application is `kind=application` for
`job=j-1` by `candidate=c-<application>`, and was applied for when it was created. A stage is `id name`, an interviewer
`id` or `id:role`, a schedule its id and those of its interviews.

A cost is `<id> <field>=<value> …`, with the fields of `/v1/costs`. An expected value is
`[kpi] <name> [<dimension>/<member>] [<basis>] [<day>|<first>..<last>] = <value> [of <n>]`: a sum of a measure, or a KPI. It is for
the whole company on the decision basis in 2026 unless the line says otherwise; `none` is a KPI without a value.
"""

import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from schemas.cells import BASES, DECISION, Basis
from schemas.events.envelope import TYPES
from tests.ingest.gateways import Fixture

TOKYO = ZoneInfo("Asia/Tokyo")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
BATCH = "application/cloudevents-batch+json"

CloudEvent = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One value that must come out; `text` is its line. `n` is None if the sample size is left open."""

    text: str
    is_kpi: bool
    name: str
    dimension: str
    member: str
    basis: Basis
    first: date
    last: date
    value: Fraction | None
    n: int | None


@dataclass(frozen=True, kw_only=True)
class Situation:
    """A company's settings, its events in the order of sending, its costs, and what must come out."""

    id: str
    settings: dict[str, Any]
    events: tuple[CloudEvent, ...]
    costs: tuple[dict[str, Any], ...]
    expectations: tuple[Expectation, ...]

    @property
    def has_equal_instants(self) -> bool:
        """Whether two events of one application share an instant, so that the order of sending may say which came first."""
        instants = [
            (event["data"].get("application", {}).get("id"), datetime.fromisoformat(event["time"]))
            for event in self.events
        ]
        return len(set(instants)) < len(instants)


def situations() -> list[Situation]:
    """Return all situations, in the order of the files."""
    loaded: list[Situation] = []
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        entries = YAML(typ="safe", pure=True).load(path)
        loaded += [read_situation(name, entry) for name, entry in entries.items()]
    return loaded


def read_situation(name: str, entry: dict[str, Any]) -> Situation:
    """Read one entry of a file; raise ValueError or KeyError for anything that is not understood."""
    unknown = entry.keys() - {"situation", "tenant", "events", "costs", "expect"}
    if unknown or not entry["situation"] or not entry["expect"]:
        msg = f"{name}: unknown {sorted(unknown)}" if unknown else f"{name}: says nothing"
        raise ValueError(msg)
    events = [
        {"specversion": "1.0", "id": f"{name}-{number}", "source": "cases"} | event
        for number, event in enumerate(_read_events(entry["events"]))
    ]
    return Situation(
        id=name,
        settings=entry.get("tenant", {}),
        events=tuple(events),
        costs=tuple(_read_cost(line) for line in entry.get("costs", ())),
        expectations=tuple(read_expectation(line) for line in entry["expect"]),
    )


def delivery(*events: CloudEvent) -> Fixture:
    """Return one delivery of these events, in this order."""
    return Fixture("standard", json.dumps(events).encode(), (("content-type", BATCH),))


def _read_events(lines: list[str]) -> Iterator[CloudEvent]:
    """Read the lines; runs of lines of a range of applications are repeated for each of them."""
    words = [shlex.split(line) for line in lines]
    for application, run in groupby(words, lambda line: "" if line[1] in TYPES else line[1]):
        run_lines = list(run)
        for member in _expand(application):
            for instant, *rest in run_lines:
                kind, *fields = rest[1:] if application else rest
                yield _event(_instant(instant), member, kind, fields)


def _expand(application: str) -> list[str]:
    first, dots, last = application.partition("..")
    if not dots:
        return [application]
    return [f"a{number}" for number in range(int(first[1:]), int(last[1:]) + 1)]


def _event(time: str, application: str, kind: str, fields: list[str]) -> CloudEvent:
    if kind not in TYPES:
        msg = f"no event type {kind!r}"
        raise ValueError(msg)
    values = dict(field.split("=", 1) for field in fields)
    data: dict[str, Any] = {}
    if application:
        data["application"] = _application(application, time, kind, values)
    for name, text in values.items():
        _READERS.get(name, _plain)(data, name, text)
    return {"type": kind, "time": time, "data": data}


def _application(id_: str, time: str, kind: str, values: dict[str, str]) -> dict[str, str]:
    """Take the fields of the application from the values."""
    application = {
        "id": id_,
        "job_id": values.pop("job", "j-1"),
        "candidate_id": values.pop("candidate", f"c-{id_}"),
        "kind": values.pop("kind", "application"),
    }
    applied_at = values.pop("applied_at", time if kind == "application.created" else "")
    opening = values.pop("opening", "")
    return (
        application
        | ({"applied_at": _instant(applied_at)} if applied_at else {})
        | ({"opening_id": opening} if opening else {})
    )


def _instant(text: str) -> str:
    """Add Tokyo's offset to an instant without one; a day stays a day."""
    if "T" not in text:
        return date.fromisoformat(text).isoformat()
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=TOKYO)).isoformat()


def _stage(text: str) -> dict[str, str]:
    id_, _, name = text.partition(" ")
    return {"id": id_, "name": name} if name else {"id": id_}


def _interviewer(text: str) -> dict[str, str]:
    id_, _, role = text.partition(":")
    return {"user_id": id_, "role": role} if role else {"user_id": id_}


def _actor(text: str) -> dict[str, str]:
    kind, _, user = text.partition(" ")
    return {"kind": kind, "user_id": user} if user else {"kind": kind}


def _schedule(text: str) -> dict[str, str | list[str]]:
    id_, *interview_ids = text.split()
    return {"id": id_, "interview_ids": interview_ids}


def _pipeline_stage(text: str) -> dict[str, str | int]:
    id_, name, milestone, order = text.split()
    return {"id": id_, "name": name, "milestone": milestone, "order": int(order)}


def _plain(data: dict[str, Any], name: str, text: str) -> None:
    data[name] = text


def _as(read: Callable[[str], Any]) -> Callable[[dict[str, Any], str, str], None]:
    """Return a reader that stores what `read` makes of the text under the field's name."""

    def store(data: dict[str, Any], name: str, text: str) -> None:
        data[name] = read(text)

    return store


def _store_channel(data: dict[str, Any], name: str, text: str) -> None:
    key = {"channel": "id", "referrer": "referrer_user_id"}[name]
    data.setdefault("channel", {})[key] = text


def _store_recruiter(data: dict[str, Any], _: str, text: str) -> None:
    data["owners"] = {"recruiter_id": text}


_READERS: dict[str, Callable[[dict[str, Any], str, str], None]] = {
    **dict.fromkeys(("stage", "to_stage", "from_stage"), _as(_stage)),
    **dict.fromkeys(("start", "end"), _as(_instant)),
    **dict.fromkeys(("round", "version", "decision", "is_reapplication"), _as(json.loads)),
    **dict.fromkeys(("channel", "referrer"), _store_channel),
    "recruiter": _store_recruiter,
    "reason": _as(lambda text: {"name": text}),
    "actor": _as(_actor),
    "interviewers": _as(lambda text: [_interviewer(person) for person in text.split()]),
    "schedule": _as(_schedule),
    "stages": _as(lambda text: [_pipeline_stage(stage) for stage in text.split(", ")]),
}


def _read_cost(line: str) -> dict[str, Any]:
    id_, *fields = shlex.split(line)
    cost: dict[str, Any] = dict(field.split("=", 1) for field in fields)
    numbers = {name: int(cost[name]) for name in ("amount", "version") if name in cost}
    return {"cost_id": id_, **cost, **numbers}


def read_expectation(line: str) -> Expectation:
    """Read one expected value; raise ValueError for a line that is not understood."""
    said, _, result = line.partition(" = ")
    words = shlex.split(said)
    is_kpi = words[0] == "kpi"
    name, *qualifiers = words[1:] if is_kpi else words
    dimension, member, basis, (first, last) = "total", "all", DECISION, YEAR
    for word in qualifiers:
        if word in BASES:
            basis = next(known for known in BASES if known == word)
        elif "/" in word:
            dimension, _, member = word.partition("/")
        else:
            start, _, end = word.partition("..")
            first, last = date.fromisoformat(start), date.fromisoformat(end or start)
    value, _, n = result.partition(" of ")
    return Expectation(
        text=line,
        is_kpi=is_kpi,
        name=name,
        dimension=dimension,
        member=member,
        basis=basis,
        first=first,
        last=last,
        value=None if value == "none" else Fraction(value),
        n=int(n) if n else None,
    )
