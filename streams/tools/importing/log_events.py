"""What the events of a log tell, by the map of its activities; every application of a log begins."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from streams.tools.importing import canonical_parts
from streams.tools.importing.activity_map import ENDINGS, JOB, ROLES, ActivityMeaning
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.event_log import LogEntry, Trace
from streams.tools.importing.events import Fact, RowEvent, derived, tell
from streams.tools.importing.kinds import LOG
from streams.tools.importing.readings import Reading
from streams.tools.importing.refusals import shown
from streams.tools.importing.row import Layout, RowReader

TIME, ACTIVITY = "time", "activity"
CREATED = "application.created"
# The stage is a part of these; with all others it is a move of its own.
STAGED = {CREATED, *ENDINGS, "application.hired", "application.reopened", "application.unhired"}


@dataclass(frozen=True, kw_only=True)
class Activities:
    """How a log is read: steps by activity, and the attributes by field."""

    steps: Mapping[str, tuple[ActivityMeaning, ...]]
    attributes: Mapping[str, str]
    layout: Layout


def tell_trace(trace: Trace, activities: Activities) -> Iterator[Reading]:
    """What each event of the trace tells; the first one also that the application began, if none says so."""
    readings: list[Reading] = []
    first: tuple[TableInstant, int, RowReader] | None = None
    for place, entry in enumerate(trace.entries):
        row = _row(trace, entry, activities)
        reading, when = _read(row, entry, activities)
        readings.append(reading)
        if when is None or reading.problems or not trace.application:
            continue
        if first is None or when.at < first[0].at:
            first = (when, place, row)
    begun = any(told.type == CREATED for reading in readings for told in reading.told)
    if first is not None and not begun:
        when, place, row = first
        start = _created(row, when)
        readings[place] = replace(
            readings[place],
            told=(*start, *readings[place].told),
            problems=tuple(row.problems),
        )
    yield from readings


def _row(trace: Trace, entry: LogEntry, activities: Activities) -> RowReader:
    """The event as a row: its own attributes, then those of its trace, then its objects."""
    cells = {
        name: entry.attributes.get(attribute) or trace.attributes.get(attribute, "")
        for name, attribute in activities.attributes.items()
    }
    for role, keys in entry.related.items():
        if role in ROLES:
            cells[ROLES[role]] = ";".join(keys) if role == "interviewer" else keys[0]
    cells |= {TIME: entry.time, "application_id": trace.application}
    return RowReader(line=entry.line, cells=cells, layout=activities.layout)


def _read(
    row: RowReader, entry: LogEntry, activities: Activities
) -> tuple[Reading, TableInstant | None]:
    if not entry.activity:
        row.refuse(ACTIVITY, "no_activity")
    steps = activities.steps.get(entry.activity, ())
    if entry.activity and not steps:
        row.refuse(ACTIVITY, "unmapped_activity", shown(entry.activity))
    if entry.related.get("unknown"):
        row.refuse("objects", "unknown_object", shown(entry.related["unknown"][0]))
    row.need(TIME)
    when = row.when(TIME)
    told: list[RowEvent] = []
    ignored = ""
    for step in steps:
        ignored = step.ignore or ignored
        if step.type is None or when is None or row.problems:
            continue
        if not row.has("application_id") and step.type not in JOB:
            row.refuse(ACTIVITY, "no_application")
            continue
        told += _step(row, step, when, entry.activity)
    reading = Reading(
        line=row.line,
        told=() if row.problems else tuple(told),
        problems=tuple(row.problems),
        ignored=ignored if not told else "",
    )
    return reading, when


def _step(
    row: RowReader, step: ActivityMeaning, when: TableInstant, activity: str
) -> list[RowEvent]:
    name = str(step.type)
    if name in JOB:
        return _job(row, name, when)
    about = canonical_parts.about(row)
    entity = canonical_parts.application_of(row)
    if name == CREATED:
        return _created(row, when, step.stage)
    stage = _stage(row, step)
    told: list[RowEvent] = []
    if stage is not None and (name not in STAGED):
        title = str(stage.get("name") or stage["id"])
        fact = Fact(
            type="application.stage_changed", when=when, entity=entity, more=(title, activity)
        )
        told = tell(row, LOG, fact, {**about, "to_stage": stage})
    if name == "application.stage_changed":
        return told
    data, key = _data(row, step, when, stage)
    fact = Fact(type=name, when=when, entity=entity, more=(activity, *key))
    return told + tell(row, LOG, fact, {**about, **data})


def _data(
    row: RowReader, step: ActivityMeaning, when: TableInstant, stage: Part | None
) -> tuple[Part, tuple[str, ...]]:
    """What the type carries beside the application, and what tells it from another of the same instant."""
    family = str(step.type).partition(".")[0]
    entity, panel = canonical_parts.application_of(row), canonical_parts.panel(row)
    who = tuple(str(each["user_id"]) for each in panel)
    if family == "interview":
        key = row.id("interview_id") or derived(entity, when.text, *who)
        return {"interview_id": key, "interviewers": panel}, (key,)
    if family == "feedback":
        if not who:
            row.refuse("interviewers", "empty")
        key = derived(entity, when.text, *who)
        decision = step.decision or row.word("decision")
        return {
            "feedback_id": key,
            "interviewer_id": who[0] if who else None,
            "decision": None if decision is None else int(decision),
        }, (key,)
    if family == "offer":
        amount, unit = row.money()
        key = row.id("offer_id") or entity
        return {"offer_id": key, "amount": amount, "currency": unit}, (key,)
    if step.type in ENDINGS:
        reason = {"name": step.reason} if step.reason else canonical_parts.reason(row)
        party = step.party or ENDINGS[str(step.type)]
        return {"stage": stage, "reason": reason, "party": party}, ()
    return {"stage": stage}, ()


def _stage(row: RowReader, step: ActivityMeaning) -> Part | None:
    return {"id": step.stage, "name": step.stage} if step.stage else canonical_parts.stage(row)


def _created(row: RowReader, when: TableInstant, stage: str | None = None) -> list[RowEvent]:
    about = canonical_parts.about(row)
    known = about["application"] if isinstance(about["application"], dict) else {}
    data = {**about, "application": {**known, "applied_at": when}}
    if stage:
        data["stage"] = {"id": stage, "name": stage}
    fact = Fact(type=CREATED, when=when, entity=canonical_parts.application_of(row))
    return tell(row, LOG, fact, data)


def _job(row: RowReader, name: str, when: TableInstant) -> list[RowEvent]:
    row.need("job_id")
    key = row.id("job_id")
    if key is None:
        return []
    data: Part = {"job_id": key, "name": row.text("job_name")}
    return tell(row, LOG, Fact(type=name, when=when, entity=key), data)
