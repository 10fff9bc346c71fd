"""採用費用: what one cost entry contributes to the cells, a pure function of the set of its versions."""

from schemas.funnel.amortisation import Spread, daily
from schemas.funnel.history import FunnelEvent, order
from schemas.funnel.rules import Rules
from schemas.funnel.state import SPENT, Change, State

RECORDED, REVERSED = "cost.recorded", "cost.reversed"
KINDS = frozenset({RECORDED, REVERSED})
LONGEST_DAYS = 3_660  # of a contract; what claims to last longer counts on its first ten years
UNKNOWN_CHANNEL = "channel/unknown"


def is_spend(event: FunnelEvent) -> bool:
    """Whether the event is about money and not about an application."""
    return event.kind in KINDS


def fold(events: list[FunnelEvent], rules: Rules) -> tuple[State, list[Change]]:
    """The newest version of an entry stands, and of a version what was recorded last; a reversal takes all back.

    An amount is spread over its days so that the daily parts sum to it exactly. Every amount counts in the total and in
    one channel, `unknown` where it has none, so that the channels sum to the total; of a job also in the job.
    """
    state = State(last=None, counted=True)
    newest = max(events, key=lambda each: (each.number or 0, order(each)))
    changes: list[Change] = []
    if newest.test or newest.kind == REVERSED or newest.amount is None:
        return state, changes
    first = rules.day(newest.at) if newest.on is None else newest.on
    last = first if newest.until is None else min(max(first, newest.until), first + LONGEST_DAYS)
    ours = newest.reason_name == rules.currency
    measure = f"{'cost' if ours else f'foreign_cost.{newest.reason_name}'}.{newest.reason}"
    members: tuple[str, ...] = (
        "total/all",
        f"channel/{newest.channel}" if newest.channel else UNKNOWN_CHANNEL,
    )
    if newest.job is not None:
        members = (*members, f"job/{newest.job}")
    for day, amount in daily(Spread(newest.amount, first, last)).items():
        if amount:
            changes.append((amount, (measure, day, None, members, SPENT)))
        if not ours:
            changes.append((1, ("foreign_costs", day, None, members, SPENT)))
    return state, changes
