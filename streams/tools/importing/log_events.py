"""Convert the entries of a log to events by its activity map; every application of a log gets a creation event."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from streams.tools.importing import canonical_parts
from streams.tools.importing.activity_map import (
    JOB_TYPES,
    PARTY_BY_END_TYPE,
    ROLES,
    ActivityMeaning,
)
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.event_log import LogEntry, Trace
from streams.tools.importing.events import Fact, RowEvent, derived_id, to_events
from streams.tools.importing.kinds import LOG
from streams.tools.importing.readings import Reading
from streams.tools.importing.refusals import quoted_cell
from streams.tools.importing.row import Layout, RowReader

TIME, ACTIVITY = "time", "activity"
CREATED = "application.created"
# These types carry the stage themselves; for all others it becomes a separate move.
TYPES_WITH_STAGE = {
    CREATED,
    *PARTY_BY_END_TYPE,
    "application.hired",
    "application.reopened",
    "application.unhired",
}


@dataclass(frozen=True, kw_only=True)
class Activities:
    """How to read a log: steps by activity, and attributes by field."""

    steps: Mapping[str, tuple[ActivityMeaning, ...]]
    attributes: Mapping[str, str]
    layout: Layout


def trace_readings(trace: Trace, activities: Activities) -> Iterator[Reading]:
    """The reading of each entry of the trace; the first one also creates the application if no entry does."""
    readings: list[Reading] = []
    first: tuple[TableInstant, int, RowReader] | None = None
    for index, entry in enumerate(trace.entries):
        row = _row(trace, entry, activities)
        reading, when = _read_entry(row, entry, activities)
        readings.append(reading)
        if when is None or reading.is_refused or not trace.application:
            continue
        if first is None or when.at < first[0].at:
            first = (when, index, row)
    has_created = any(event.type == CREATED for reading in readings for event in reading.events)
    if first is not None and not has_created:
        when, index, row = first
        start = _created_events(row, when)
        readings[index] = replace(
            readings[index],
            events=(*start, *readings[index].events),
            problems=tuple(row.problems),
        )
    yield from readings


def _row(trace: Trace, entry: LogEntry, activities: Activities) -> RowReader:
    """The entry as a row: its own attributes, then those of its trace, then its objects."""
    cells = {
        name: entry.attributes.get(attribute) or trace.attributes.get(attribute, "")
        for name, attribute in activities.attributes.items()
    }
    for role, keys in entry.related.items():
        if role in ROLES:
            cells[ROLES[role]] = ";".join(keys) if role == "interviewer" else keys[0]
    cells |= {TIME: entry.time, "application_id": trace.application}
    return RowReader(line=entry.line, cells=cells, layout=activities.layout)


def _read_entry(
    row: RowReader, entry: LogEntry, activities: Activities
) -> tuple[Reading, TableInstant | None]:
    if not entry.activity:
        row.refuse(ACTIVITY, "no_activity")
    steps = activities.steps.get(entry.activity, ())
    if entry.activity and not steps:
        row.refuse(ACTIVITY, "unmapped_activity", quoted_cell(entry.activity))
    if entry.related.get("unknown"):
        row.refuse("objects", "unknown_object", quoted_cell(entry.related["unknown"][0]))
    row.require(TIME)
    when = row.instant(TIME)
    events: list[RowEvent] = []
    ignored = ""
    for step in steps:
        ignored = step.ignore or ignored
        if step.type is None or when is None or row.is_refused:
            continue
        if not row.has("application_id") and step.type not in JOB_TYPES:
            row.refuse(ACTIVITY, "no_application")
            continue
        events += _step_events(row, step, when, entry.activity)
    reading = Reading(
        line=row.line,
        events=() if row.problems else tuple(events),
        problems=tuple(row.problems),
        ignored=ignored if not events else "",
    )
    return reading, when


def _step_events(
    row: RowReader, step: ActivityMeaning, when: TableInstant, activity: str
) -> list[RowEvent]:
    event_type = str(step.type)
    if event_type in JOB_TYPES:
        return _job_events(row, event_type, when)
    parts = canonical_parts.application_parts(row)
    entity = canonical_parts.application_id(row)
    if event_type == CREATED:
        return _created_events(row, when, step.stage)
    stage = _stage(row, step)
    events: list[RowEvent] = []
    if stage is not None and (event_type not in TYPES_WITH_STAGE):
        stage_name = str(stage.get("name") or stage["id"])
        fact = Fact(
            type="application.stage_changed",
            when=when,
            entity=entity,
            slot=f"stage:{stage_name}:{activity}",
            single=False,
        )
        events = to_events(row, LOG, fact, {**parts, "to_stage": stage})
    if event_type == "application.stage_changed":
        return events
    data, key = _event_data(row, step, when, stage)
    slot = ":".join((event_type.partition(".")[0], activity, *key))
    fact = Fact(type=event_type, when=when, entity=entity, slot=slot, single=False)
    return events + to_events(row, LOG, fact, {**parts, **data})


def _event_data(
    row: RowReader, step: ActivityMeaning, when: TableInstant, stage: Part | None
) -> tuple[Part, tuple[str, ...]]:
    """The data of the type beside the application, and the key that distinguishes events of the same instant."""
    family = str(step.type).partition(".")[0]
    entity, panel = canonical_parts.application_id(row), canonical_parts.panel(row)
    user_ids = tuple(str(interviewer["user_id"]) for interviewer in panel)
    if family == "interview":
        key = row.id("interview_id") or derived_id(entity, when.text, *user_ids)
        return {"interview_id": key, "interviewers": panel}, (key,)
    if family == "feedback":
        if not user_ids:
            row.refuse("interviewers", "empty")
        key = derived_id(entity, when.text, *user_ids)
        decision = step.decision or row.choice("decision")
        return {
            "feedback_id": key,
            "interviewer_id": user_ids[0] if user_ids else None,
            "decision": None if decision is None else int(decision),
        }, (key,)
    if family == "offer":
        amount, currency = row.money()
        key = row.id("offer_id") or entity
        return {"offer_id": key, "amount": amount, "currency": currency}, (key,)
    if step.type in PARTY_BY_END_TYPE:
        reason = {"name": step.reason} if step.reason else canonical_parts.reason(row)
        party = step.party or PARTY_BY_END_TYPE[str(step.type)]
        return {"stage": stage, "reason": reason, "party": party}, ()
    return {"stage": stage}, ()


def _stage(row: RowReader, step: ActivityMeaning) -> Part | None:
    return {"id": step.stage, "name": step.stage} if step.stage else canonical_parts.stage(row)


def _created_events(row: RowReader, when: TableInstant, stage: str | None = None) -> list[RowEvent]:
    parts = canonical_parts.application_parts(row)
    application = parts["application"] if isinstance(parts["application"], dict) else {}
    data = {**parts, "application": {**application, "applied_at": when.at}}
    if stage:
        data["stage"] = {"id": stage, "name": stage}
    entity = canonical_parts.application_id(row)
    fact = Fact(type=CREATED, when=when, entity=entity, slot="created", single=False)
    return to_events(row, LOG, fact, data)


def _job_events(row: RowReader, event_type: str, when: TableInstant) -> list[RowEvent]:
    row.require("job_id")
    job_id = row.id("job_id")
    if job_id is None:
        return []
    data: Part = {"job_id": job_id, "name": row.text("job_name")}
    fact = Fact(
        type=event_type,
        when=when,
        entity=f"job/{job_id}",
        slot=f"{event_type}:{job_id}",
        single=False,
    )
    return to_events(row, LOG, fact, data)
