"""採用費用: what cost entries contribute to the cells, as a pure function of the set of their versions."""

from collections.abc import Iterable

from schemas.funnel.amortisation import Spread, daily_amounts
from schemas.funnel.facts import Change, FunnelFact, Scope
from schemas.funnel.funnel_events import CostEvent
from schemas.funnel.instant_order import Place, place
from schemas.funnel.rules import Rules

RECORDED, REVERSED = "cost.recorded", "cost.reversed"
HIRE = "hire"  # the scope of a cost that belongs to the history of an application
MAX_PERIOD_DAYS = 3_660  # a contract that claims to last longer counts on its first ten years
UNKNOWN_CHANNEL = "channel/unknown"


def own_subject(cost_id: str) -> str:
    """The subject of a cost's own history."""
    return f"cost/{cost_id}"


def versions_by_cost(events: Iterable[CostEvent]) -> dict[str, list[CostEvent]]:
    """Group the cost events of one history by the cost that they are versions of."""
    versions: dict[str, list[CostEvent]] = {}
    for event in events:
        versions.setdefault(event.cost_id, []).append(event)
    return versions


def cost_changes(
    events: list[CostEvent], rules: Rules, channel: str | None, job: str | None
) -> list[Change]:
    """Return the changes of one cost from its versions in one history; `events` holds at least one, of one `cost_id`.

    The newest version counts, and within a version the last one recorded; a reversal retracts it all. A cost of the scope
    hire counts in `channel` and `job`, which are those of its application; without a channel in `unknown`. Every amount
    counts in the total and in one channel, so that the channels sum to the total, and is spread over its days so that the
    daily parts sum to it exactly. A cost that an application has counts in the application's history only.
    """
    versions = sorted(events, key=_version_key)
    newest = versions[-1]
    is_reversed = newest.header.kind == REVERSED or newest.amount is None
    if newest.header.test or is_reversed or _holder(versions) is not None:
        return []
    if newest.scope != HIRE:
        channel, job = newest.channel, newest.job
    channel = None if channel is None else rules.channel(channel)
    return _daily_changes(newest, rules, _members(channel, job))


def _version_key(event: CostEvent) -> tuple[int, Place]:
    return event.version or 0, place(event)


def _holder(versions: list[CostEvent]) -> str | None:
    """The application that has the cost, as its own history knows; it keeps it until a version names it as the last holder."""
    holder = None
    for event in versions:
        if event.moved_to is not None:
            holder = event.moved_to
        elif event.previous_member == holder:
            holder = None
    return holder


def _daily_changes(event: CostEvent, rules: Rules, members: tuple[str, ...]) -> list[Change]:
    """Spread the amount over its days; in another currency than the tenant's it is counted apart, and as unadded."""
    in_own_currency = event.currency == rules.currency
    prefix = "cost" if in_own_currency else f"foreign_cost.{event.currency}"
    measures = [f"{prefix}.{event.cost_kind}"]
    if in_own_currency and rules.hire_value > 0:
        measures.append("valued_cost")  # the cost that a hire's value is compared with
    changes: list[Change] = []
    for day, amount in daily_amounts(_spread(event, rules)).items():
        counts = [(amount, measure) for measure in measures if amount]
        if not in_own_currency:
            counts.append((1, "foreign_costs"))
        changes += [
            (n, FunnelFact(measure, day, None, members, Scope.OWN_DAY, None))
            for n, measure in counts
        ]
    return changes


def _spread(event: CostEvent, rules: Rules) -> Spread:
    first = rules.day(event.header.at) if event.first_day is None else event.first_day
    if event.last_day is None:
        return Spread(event.amount or 0, first, first)
    last = min(max(first, event.last_day), first + MAX_PERIOD_DAYS)
    return Spread(event.amount or 0, first, last)


def _members(channel: str | None, job: str | None) -> tuple[str, ...]:
    in_channel = f"channel/{channel}" if channel else UNKNOWN_CHANNEL
    return ("total/all", in_channel, *(() if job is None else (f"job/{job}",)))
