"""Convert rows of employment and costs to events."""

from typing import get_args

from schemas.events.context import CostKind, CostScope
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.events import Fact, RowEvent, derived_id, to_events
from streams.tools.importing.row import RowReader

COST_SCOPES: tuple[str, ...] = get_args(CostScope)
COST_KINDS: tuple[str, ...] = get_args(CostKind)
COST_REQUIRED = ("amount", "scope", "cost_kind", "period_from")
# Event type, column of its date, and the fields of the event.
EMPLOYMENT_STEPS = (
    ("employment.started", "start", ("start",)),
    ("employment.confirmed", "confirmed_at", ("start",)),
    ("employment.performance_rated", "rated_at", ("start", "rating")),
    ("employment.ended", "end", ("start", "end", "end_reason")),
)


def employment_events(row: RowReader) -> list[RowEvent]:
    """The events of one employment row: 入社, end of probation, rating, 退職."""
    row.require("application_id")
    entity = row.id("application_id") or ""
    dates = {column: row.instant(column) for _, column, _ in EMPLOYMENT_STEPS}
    rating = row.number("rating")
    if rating is not None and dates["rated_at"] is None:
        row.refuse("rating", "no_date_of", "a rating|rated_at")
    start, end = dates["start"], dates["end"]
    _check_order(row, ("start", start), ("end", end))
    if not any(dates.values()) and not row.is_refused:
        row.refuse("start", "no_dates", "start, confirmed_at, rated_at and end")
    fields: Part = {
        "start": row.day("start"),
        "end": row.day("end"),
        "rating": rating,
        "end_reason": row.text("end_reason"),
    }
    events: list[RowEvent] = []
    for name, column, included in EMPLOYMENT_STEPS:
        when = dates[column]
        if when is None or row.is_refused:
            continue
        data: Part = {"application_id": entity, **{field: fields[field] for field in included}}
        slot = f"employment:{column}"
        fact = Fact(type=name, when=when, entity=entity, slot=slot, single=False)
        events += to_events(row, "employment", fact, data)
    return events


def _check_order(
    row: RowReader, start: tuple[str, TableInstant | None], end: tuple[str, TableInstant | None]
) -> None:
    """Refuse the row if it ends before it starts; `start` and `end` are (column, date)."""
    (start_column, first), (end_column, last) = start, end
    if first is not None and last is not None and last.day < first.day:
        row.refuse(end_column, "dates_out_of_order", f"{end_column}|{start_column}")


def _check_cost(row: RowReader, member: str | None) -> None:
    """Refuse a cost of nobody in particular, and one whose period ends before it begins."""
    if row.choice("scope") not in {None, "company"} and member is None:
        row.refuse("member", "empty")
    period_end = ("period_to", row.instant("period_to"))
    _check_order(row, ("period_from", row.instant("period_from")), period_end)


def cost_events(row: RowReader) -> list[RowEvent]:
    """The event of one cost row; a 媒体 is named as in the applications."""
    for name in COST_REQUIRED:
        row.require(name)
    amount, currency = row.money()
    scope, kind = row.choice("scope"), row.choice("cost_kind")
    period_start, period_end = row.instant("period_from"), row.instant("period_to")
    channel = row.channel()
    member = row.id("member") or (channel.id if channel is not None else None)
    _check_cost(row, member)
    cost_id, recorded = row.id("cost_id"), row.instant("recorded_at") or period_start
    if row.is_refused or period_start is None or recorded is None:
        return []
    last_day = None if period_end is None else period_end.day.isoformat()
    cost_id = cost_id or derived_id(
        *map(str, (scope, member, kind, period_start.day, last_day, amount, currency))
    )
    data: Part = {
        "cost_id": cost_id,
        "amount": amount,
        "currency": currency,
        "scope": scope,
        "member": member,
        "kind": kind,
        "period_from": period_start.day.isoformat(),
        "period_to": last_day,
    }
    fact = Fact(type="cost.recorded", when=recorded, entity=f"cost/{cost_id}", slot="cost")
    return to_events(row, "costs", fact, data)
