"""採用費用: what one cost entry contributes to the cells, as a pure function of the set of its versions."""

from schemas.funnel.amortisation import Spread, daily_amounts
from schemas.funnel.history import FunnelEvent, order_key
from schemas.funnel.rules import Rules
from schemas.funnel.state import COST_MEMBERS, Change, State

RECORDED, REVERSED = "cost.recorded", "cost.reversed"
COST_TYPES = frozenset({RECORDED, REVERSED})
MAX_PERIOD_DAYS = 3_660  # a contract that claims to last longer counts on its first ten years
UNKNOWN_CHANNEL = "channel/unknown"


def is_cost(event: FunnelEvent) -> bool:
    """Whether the event is a cost and not about an application."""
    return event.kind in COST_TYPES


def fold_cost(events: list[FunnelEvent], rules: Rules) -> tuple[State, list[Change]]:
    """The newest version of an entry wins, and within a version the last one recorded; a reversal retracts it all.

    An amount is spread over its days so that the daily parts sum to it exactly. Every amount counts in the total and in
    one channel, `unknown` if it has none, so that the channels sum to the total; the cost of a job also counts there.
    """
    state = State(last_order=None, counted=True)
    newest = max(events, key=lambda event: (event.number or 0, order_key(event)))
    changes: list[Change] = []
    if newest.test or newest.kind == REVERSED or newest.amount is None:
        return state, changes
    first = rules.day(newest.at) if newest.first_day is None else newest.first_day
    last = (
        first
        if newest.last_day is None
        else min(max(first, newest.last_day), first + MAX_PERIOD_DAYS)
    )
    in_own_currency = newest.reason_name == rules.currency
    measure = (
        f"{'cost' if in_own_currency else f'foreign_cost.{newest.reason_name}'}.{newest.reason}"
    )
    members: tuple[str, ...] = (
        "total/all",
        f"channel/{newest.channel}" if newest.channel else UNKNOWN_CHANNEL,
    )
    if newest.job is not None:
        members = (*members, f"job/{newest.job}")
    for day, amount in daily_amounts(Spread(newest.amount, first, last)).items():
        if amount:
            changes.append((amount, (measure, day, None, members, COST_MEMBERS)))
        if not in_own_currency:
            changes.append((1, ("foreign_costs", day, None, members, COST_MEMBERS)))
    return state, changes
