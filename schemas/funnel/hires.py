"""What a hire, an offer and a withdrawal say of the time it took, of the channels and of the interviews before."""

from functools import lru_cache

from schemas.funnel.attribution import WEIGHTS, credit
from schemas.funnel.state import NAMED, Change, State, Visit
from schemas.tenants.milestones import INTERVIEWS, RANK, UNMAPPED

DAY_MS = 86_400_000


def hire(state: State, changes: list[Change], at: int, day: int, worth: int) -> None:
    """採用決定: hired on local day `day`; with the days since the application and since the job was opened, less its holds.

    `worth` is what the tenant says a hire is worth, in minor units.
    """
    state.decided = day
    ending = state.ending
    state.emit(changes, ending, "hired", day)
    state.emit(changes, ending, f"hire_days.{max(0, day - state.cohort)}", day)
    whose = ("application.hired", (), state.received)
    state.last_for(changes, ending, whose, (state.cohort, day))
    if worth:
        state.emit(changes, ending, "hire_value", day, n=worth)
    job = state.requisition
    if job.opened is not None and job.opened <= at:
        held = job.held + (at - job.paused if job.paused is not None else 0)
        state.emit(changes, ending, f"fill_days.{max(0, at - job.opened - held) // DAY_MS}", day)
    touches = state.touches or ((state.channel,) if state.channel else ())
    for measure, where, share in _credits(touches):
        change = (share, (measure, day, state.recruiter, where, NAMED))
        changes.append(change)
        ending.append(change)


@lru_cache(maxsize=4_096)
def _credits(touches: tuple[str, ...]) -> list[tuple[str, tuple[str, ...], int]]:
    """The measure, cell and micro-units of every model and channel."""
    return [
        (f"hire_credit.{model}", (f"channel/{channel}",), share)
        for model in WEIGHTS
        for channel, share in credit(touches, model).items()
    ]


def offered(state: State) -> bool:
    """Whether an offer stands that was made."""
    return any(item.first for key, item in state.items.items() if key.startswith("offer/"))


def offered_after(state: State, changes: list[Change], visit: Visit) -> None:
    """通過後の内定率: of whom the interviewers passed here, this one was made an offer; on the day of the pass."""
    if visit.people and visit.passed is not None and not visit.after and offered(state):
        people = tuple(visit.people)
        state.emit(changes, visit.after, f"then_offered.{visit.milestone}", visit.passed, people)


def withdrew(state: State, changes: list[Change], day: int) -> None:
    """辞退: before the interview of its stage or after it, right after a pass (次ステップ実施前), or after accepting (承諾後)."""
    visits = state.visits
    if visits and visits[-1].milestone in INTERVIEWS and not visits[-1].met:
        measure = f"withdrew_before.{visits[-1].milestone}"
        state.emit(changes, state.parting, measure, day)
    if len(visits) > 1 and not visits[-1].met and _before_an_offer(visits[-1]):
        before = visits[-2]
        if before.passed is not None and before.people:
            measure, people = f"then_withdrew.{before.milestone}", tuple(before.people)
            state.emit(changes, state.ending, measure, before.passed, people)
    if any(item.accepted for item in state.items.values()) and not _reneged(state):
        state.emit(changes, state.ending, "offers_reneged", day)


def _before_an_offer(visit: Visit) -> bool:
    return visit.milestone != UNMAPPED and RANK[visit.milestone] < RANK["offer"]


def _reneged(state: State) -> bool:
    return any(
        fact[0] == "offers_reneged" for item in state.items.values() for _, fact in item.latest
    )
