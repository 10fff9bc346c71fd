"""Facts of hires, offers and withdrawals: elapsed days, channel credit and outcomes of earlier interviews."""

from functools import lru_cache

from schemas.funnel.attribution import WEIGHTS, credit
from schemas.funnel.state import Change, Scope, State, Visit
from schemas.tenants.milestones import INTERVIEWS, RANK, UNMAPPED

DAY_MS = 86_400_000


def emit_hire(state: State, changes: list[Change], at: int, day: int, hire_value: int) -> None:
    """採用決定: a hire on local day `day`, with the days since the application and since the job opened, less time on hold.

    `hire_value` is the tenant's worth of a hire, in minor units.
    """
    state.hired_day = day
    ending = state.ending_changes
    state.emit(changes, ending, "hired", day)
    state.emit(changes, ending, f"hire_days.{max(0, day - state.cohort_day)}", day)
    subject = ("application.hired", (), state.first_recruiter)
    state.emit_duration(changes, ending, subject, (state.cohort_day, day))
    if hire_value:
        state.emit(changes, ending, "hire_value", day, n=hire_value)
    job = state.requisition
    if job.opened_at is not None and job.opened_at <= at:
        on_hold_ms = job.on_hold_ms + (at - job.paused_at if job.paused_at is not None else 0)
        days = max(0, at - job.opened_at - on_hold_ms) // DAY_MS
        state.emit(changes, ending, f"fill_days.{days}", day)
    touches = state.touches or ((state.channel,) if state.channel else ())
    for measure, members, share in _channel_credits(touches):
        state.emit(changes, ending, measure, day, members, Scope.MEMBERS, share)


@lru_cache(maxsize=4_096)
def _channel_credits(touches: tuple[str, ...]) -> list[tuple[str, tuple[str, ...], int]]:
    """The measure, listed member and micro-units for every attribution model and channel."""
    return [
        (f"hire_credit.{model}", (f"channel/{channel}",), share)
        for model in WEIGHTS
        for channel, share in credit(touches, model).items()
    ]


def has_offer(state: State) -> bool:
    """Whether an offer was made and not retracted."""
    return any(offer.first_changes for offer in state.offers.values())


def emit_offered_after_pass(state: State, changes: list[Change], visit: Visit) -> None:
    """通過後の内定率: on the day of the pass, the interviewers passed a candidate who was then made an offer."""
    if (
        visit.interviewers
        and visit.passed_day is not None
        and not visit.follow_up_changes
        and has_offer(state)
    ):
        measure, interviewers = f"then_offered.{visit.milestone}", tuple(visit.interviewers)
        state.emit(changes, visit.follow_up_changes, measure, visit.passed_day, interviewers)


def emit_withdrawal(state: State, changes: list[Change], day: int) -> None:
    """辞退: before or after the interview of a stage, right after a pass (次ステップ実施前), or after acceptance (承諾後)."""
    visits = state.visits
    if visits and visits[-1].milestone in INTERVIEWS and not visits[-1].interviewed:
        measure = f"withdrew_before.{visits[-1].milestone}"
        state.emit(changes, state.stage_ending_changes, measure, day)
    if len(visits) > 1 and not visits[-1].interviewed and _precedes_offer(visits[-1]):
        previous = visits[-2]
        if previous.passed_day is not None and previous.interviewers:
            measure, interviewers = (
                f"then_withdrew.{previous.milestone}",
                tuple(previous.interviewers),
            )
            state.emit(changes, state.ending_changes, measure, previous.passed_day, interviewers)
    if any(offer.accepted for offer in state.offers.values()) and not _has_reneged(state):
        state.emit(changes, state.ending_changes, "offers_reneged", day)


def _precedes_offer(visit: Visit) -> bool:
    return visit.milestone != UNMAPPED and RANK[visit.milestone] < RANK["offer"]


def _has_reneged(state: State) -> bool:
    return any(
        fact.measure == "offers_reneged"
        for offer in state.offers.values()
        for _, fact in offer.latest_changes
    )
