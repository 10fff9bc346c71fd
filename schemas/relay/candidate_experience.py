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


@dataclass(frozen=True)
class Experience:
    """What is known about the candidates of one company."""

    tenant: str
    score: SurveyScore | None
    registered: Share | None
    reapplied: dict[Group, Share | None]
    contrast: Contrast | None


def experience_of(
    state: State,
    applied: Iterable[tuple[str, str, datetime]],
    scores: Sequence[float],
    now: datetime,
) -> Experience:
    """The figures as of an instant; `applied` are the candidate, application and instant of all applications."""
    today, candidates = state.day(now).toordinal(), rejected_candidates(state, applied)
    return Experience(
        tenant=state.tenant,
        score=score(scores),
        registered=registrations(state, today),
        reapplied={group: _reapplied(candidates, group, today) for group in GROUPS},
        contrast=contrast(candidates, today),
    )


def _reapplied(candidates: Iterable[RejectedCandidate], group: Group, today: int) -> Share | None:
    return reapplications((one for one in candidates if one.group == group), today)
