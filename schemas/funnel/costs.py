"""採用費用: what one cost entry contributes to the cells, as a pure function of the set of its versions."""

from schemas.funnel.amortisation import Spread, daily_amounts
from schemas.funnel.funnel_events import CostEvent
from schemas.funnel.attempt import Attributes
from schemas.funnel.instant_order import place
from schemas.funnel.rules import Rules
from schemas.funnel.facts import Change, FunnelFact, Scope

RECORDED, REVERSED = "cost.recorded", "cost.reversed"
MAX_PERIOD_DAYS = 3_660  # a contract that claims to last longer counts on its first ten years
UNKNOWN_CHANNEL = "channel/unknown"


def cost_changes(events: list[CostEvent], rules: Rules, application: Attributes) -> list[Change]:
    """The newest version of an entry wins, and within a version the last one recorded; a reversal retracts it all.

    An amount is spread over its days so that the daily parts sum to it exactly. Every amount counts in the total and in
    one channel, `unknown` if it has none, so that the channels sum to the total; the cost of a job also counts there.
    """
    newest = max(events, key=lambda event: (event.version or 0, place(event)))
    changes: list[Change] = []
    header = newest.header
    if header.test or header.kind == REVERSED or newest.amount is None:
        return changes
    first = rules.day(header.at) if newest.first_day is None else newest.first_day
    last = (
        first
        if newest.last_day is None
        else min(max(first, newest.last_day), first + MAX_PERIOD_DAYS)
    )
    in_own_currency = newest.currency == rules.currency
    prefix = "cost" if in_own_currency else f"foreign_cost.{newest.currency}"
    measure = f"{prefix}.{newest.cost_kind}"
    members = _members(newest)
    for day, amount in daily_amounts(Spread(newest.amount, first, last)).items():
        if amount:
            changes.append((amount, FunnelFact(measure, day, None, members, Scope.COST, None)))
        if not in_own_currency:
            changes.append((1, FunnelFact("foreign_costs", day, None, members, Scope.COST, None)))
    return changes


def _members(event: CostEvent) -> tuple[str, ...]:
    channel = f"channel/{event.channel}" if event.channel else UNKNOWN_CHANNEL
    job = () if event.job is None else (f"job/{event.job}",)
    return ("total/all", channel, *job)
