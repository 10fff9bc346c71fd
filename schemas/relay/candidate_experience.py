"""Everything that is known about the candidates of one company: survey score, registrations and re-applications."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from schemas.relay.experience import (
    Contrast,
    Group,
    RejectedCandidate,
    Share,
    SurveyScore,
    contrast,
    reapplications,
    registrations,
    rejected_candidates,
    score,
)
from schemas.relay.state import State

GROUPS: tuple[Group, ...] = get_args(Group)


Applied = tuple[str, str, datetime]  # a candidate, an application and its instant


@dataclass(frozen=True)
class Outcome:
    """What rejected candidates do afterwards: the share by group, and those with the line against those without."""

    groups: dict[Group, Share | None]
    contrast: Contrast | None


@dataclass(frozen=True)
class Experience:
    """What is known about the candidates of one company; `referred` is None if no system reports who referred whom."""

    tenant: str
    score: SurveyScore | None
    registered: Share | None
    reapplied: Outcome
    referred: Outcome | None


def experience_of(
    state: State,
    applied: Iterable[Applied],
    referrals: Sequence[Applied],
    scores: Sequence[float],
    now: datetime,
) -> Experience:
    """The figures as of an instant, by all applications of candidates, and those that candidates have referred."""
    today = state.day(now).toordinal()
    return Experience(
        tenant=state.tenant,
        score=score(scores),
        registered=registrations(state, today),
        reapplied=_outcome(state, applied, today),
        referred=_outcome(state, referrals, today) if referrals else None,
    )


def _outcome(state: State, later: Iterable[Applied], today: int) -> Outcome:
    candidates = rejected_candidates(state, later)
    groups = {group: _share(candidates, group, today) for group in GROUPS}
    return Outcome(groups, contrast(candidates, today))


def _share(candidates: Iterable[RejectedCandidate], group: Group, today: int) -> Share | None:
    return reapplications((one for one in candidates if one.group == group), today)
