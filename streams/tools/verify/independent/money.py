"""採用費用: what a history's entries of costs add to the cells."""

from collections.abc import Iterator, Sequence

from schemas.cells import ALL, CHANNEL, JOB, TOTAL, UNKNOWN
from schemas.tenants.mapping_snapshot import TenantMapping
from streams.tools.verify.independent.attributes import LastKnown, counted_under
from streams.tools.verify.independent.told import Calendar, Told, day_of_date

RECORDED = "cost.recorded"
LONGEST_DAYS = 3_660  # a contract that claims to last longer counts on its first ten years

# measure, amount, local day, (dimension, member)
Part = tuple[str, int, int, tuple[str, str]]


def costs_of(
    story: Sequence[Told], attributes: LastKnown | None, mapping: TenantMapping
) -> Iterator[Part]:
    """The daily parts of every cost; `attributes` are those of the application that has the costs of scope hire."""
    entries: dict[str, list[Told]] = {}
    for event in story:
        if event.is_cost:
            entries.setdefault(event.data.get("cost_id") or "", []).append(event)
    for told in entries.values():
        versions = sorted(told, key=lambda event: event.data.get("version") or 0)
        if _counts(versions):
            yield from _parts(versions[-1], attributes, mapping)


def _counts(versions: Sequence[Told]) -> bool:
    """Whether the latest version says a cost, and no application has it."""
    latest, holder = versions[-1], None
    for event in versions:
        if event.data.get("moved_to") is not None:
            holder = event.data["moved_to"]
        elif event.data.get("previous_member") == holder:
            holder = None
    is_recorded = latest.kind == RECORDED and latest.data.get("amount") is not None
    return is_recorded and not latest.test and holder is None


def _parts(event: Told, attributes: LastKnown | None, mapping: TenantMapping) -> Iterator[Part]:
    data = event.data
    own_currency = data.get("currency") == mapping.currency
    prefix = "cost" if own_currency else f"foreign_cost.{data.get('currency')}"
    measures = [f"{prefix}.{data['kind']}"]
    if own_currency and mapping.hire_value > 0:
        measures.append("valued_cost")
    days = _days(event, Calendar(mapping))
    for number, day in enumerate(days):
        amount = _before(data["amount"], number + 1, len(days)) - _before(
            data["amount"], number, len(days)
        )
        for where in _members(event, attributes, mapping):
            yield from ((measure, amount, day, where) for measure in measures if amount)
            if not own_currency:
                yield ("foreign_costs", 1, day, where)


def _before(amount: int, days: int, of: int) -> int:
    """What falls on the first `days` of the days: rounded down, so that all parts sum to the amount."""
    return amount * days // of


def _days(event: Told, calendar: Calendar) -> range:
    """The days that the amount is spread over, at most ten years."""
    value, until = event.data.get("period_from"), event.data.get("period_to")
    first = calendar.day(event.at) if value is None else day_of_date(value)
    last = first if until is None else max(first, day_of_date(until))
    return range(first, min(last, first + LONGEST_DAYS) + 1)


def _members(
    event: Told, attributes: LastKnown | None, mapping: TenantMapping
) -> list[tuple[str, str]]:
    """The total, one channel, and the job if the cost is that of a job or of a hire."""
    scope, member = event.data.get("scope"), event.data.get("member")
    channel = member if scope in {"channel", "agency"} else None
    if channel is not None:
        channel = counted_under(channel, mapping)
    job = member if scope == "job" else None
    if scope == "hire" and attributes is not None:
        channel, job = attributes.channel, attributes.job
    where = [(TOTAL, ALL), (CHANNEL, channel or UNKNOWN)]
    return where if job is None else [*where, (JOB, job)]
