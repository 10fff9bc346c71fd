"""Rows about what surrounds applications: employment after the hire, and costs."""

from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.events import Fact, RowEvent, derived, tell
from streams.tools.importing.row import RowReader

SCOPES = ("channel", "job", "agency", "hire", "company")
COSTS = ("media", "agency_fee", "scout", "event", "tool", "internal_hours")
# What is told of an employment, the column of its date, and the fields that go with it.
STEPS = (
    ("employment.started", "start", ("start",)),
    ("employment.confirmed", "confirmed_at", ("start",)),
    ("employment.performance_rated", "rated_at", ("start", "rating")),
    ("employment.ended", "end", ("start", "end", "end_reason")),
)


def employment(row: RowReader) -> list[RowEvent]:
    """One row tells when a person who was hired joined 入社, was rated, and left 退職."""
    row.need("application_id")
    entity = row.id("application_id") or ""
    dates = {column: row.when(column) for _, column, _ in STEPS}
    rating = row.number("rating")
    if rating is not None and dates["rated_at"] is None:
        row.refuse("rating", "no_date_of", "how well it went|rated_at")
    start, end = dates["start"], dates["end"]
    if start is not None and end is not None and end.day < start.day:
        row.refuse("end", "backwards", "end|start")
    if not any(dates.values()) and not row.problems:
        row.refuse("start", "nothing_told", "start, confirmed_at, rated_at and end")
    fields: Part = {
        "start": row.day("start"),
        "end": row.day("end"),
        "rating": rating,
        "end_reason": row.text("end_reason"),
    }
    told: list[RowEvent] = []
    for name, column, kept in STEPS:
        when = dates[column]
        if when is None or row.problems:
            continue
        data: Part = {"application_id": entity, **{each: fields[each] for each in kept}}
        told += tell(row, "employment", Fact(type=name, when=when, entity=entity), data)
    return told


def costs(row: RowReader) -> list[RowEvent]:
    """One row tells what was spent, on what, and for which days; a 媒体 goes by the name that applications give it."""
    for name in ("amount", "scope", "cost_kind", "period_from"):
        row.need(name)
    amount, unit = row.money()
    scope, kind = row.word("scope"), row.word("cost_kind")
    begins, ends = row.when("period_from"), row.when("period_to")
    channel = row.channel()
    member = row.id("member") or (channel.id if channel is not None else None)
    if scope not in {None, "company"} and member is None:
        row.refuse("member", "empty")
    if begins is not None and ends is not None and ends.day < begins.day:
        row.refuse("period_to", "backwards", "period_to|period_from")
    key = row.id("cost_id")
    recorded = row.when("recorded_at") or begins
    if row.problems or begins is None or recorded is None:
        return []
    last = None if ends is None else ends.day.isoformat()
    key = key or derived(*map(str, (scope, member, kind, begins.day, last, amount, unit)))
    data: Part = {
        "cost_id": key,
        "amount": amount,
        "currency": unit,
        "scope": scope,
        "member": member,
        "kind": kind,
        "period_from": begins.day.isoformat(),
        "period_to": last,
    }
    return tell(row, "costs", Fact(type="cost.recorded", when=recorded, entity=key), data)
