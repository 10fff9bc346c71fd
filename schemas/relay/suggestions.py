"""What a factor that stands out suggests to the owner of a requirement, and what became of the suggestions accepted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.relay.factors import Factor
from schemas.relay.mismatch import EndedApplication, FactorShare
from schemas.relay.requirements import Requirement, version_before
from schemas.statistics.beta import jeffreys
from schemas.statistics.change import LEVEL, Interval, rate_difference


@dataclass(frozen=True)
class Suggestion:
    """Relax what a requirement says about a factor: `passed` persons would have gone on, `hires` of them been hired.

    The estimate takes the hire rate of the job's other applications that have ended, so it is no promise.
    """

    share: FactorShare
    requirement: Requirement | None
    passed: int
    hires: float
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """The share of a factor among a job's rejections before and after the version that accepted its suggestion."""

    requirement: Requirement
    factor: Factor
    before: tuple[int, int]
    after: tuple[int, int]
    difference: Interval

    @property
    def change(self) -> float | None:
        """The difference of the shares; None without rejections on either side."""
        if not self.before[1] or not self.after[1]:
            return None
        return self.after[0] / self.after[1] - self.before[0] / self.before[1]


def suggest(
    shares: Iterable[FactorShare],
    endings: Sequence[EndedApplication],
    versions: Sequence[Requirement],
) -> list[Suggestion]:
    """A suggestion for every factor that stands out; a filled position and a stronger candidate suggest nothing."""
    return [
        _suggestion(share, endings, versions)
        for share in shares
        if share.stands_out and share.factor not in {"filled", "competition"}
    ]


def _suggestion(
    share: FactorShare, endings: Sequence[EndedApplication], versions: Sequence[Requirement]
) -> Suggestion:
    job = share.place.job
    others = [one for one in endings if one.job == job and one.factor != share.factor]
    rate = jeffreys(sum(one.step == "hired" for one in others), len(others))
    low, high = rate.interval(LEVEL)
    requirement = next(
        (one for one in versions if one.job == job and one.since == share.place.version), None
    )
    return Suggestion(
        share=share,
        requirement=requirement,
        passed=share.count,
        hires=share.count * rate.mean,
        low=share.count * low,
        high=share.count * high,
    )


def effects(endings: Sequence[EndedApplication], versions: Sequence[Requirement]) -> list[Effect]:
    """What became of every suggestion that a version accepted."""
    return [
        _effect(version, version.accepts, endings, versions)
        for version in versions
        if version.accepts is not None
    ]


def _effect(
    version: Requirement,
    factor: Factor,
    endings: Sequence[EndedApplication],
    versions: Sequence[Requirement],
) -> Effect:
    earlier = version_before(versions, version)
    sides = []
    for side in (None if earlier is None else earlier.since, version.since):
        rejections = [
            one
            for one in endings
            if one.job == version.job and one.version == side and one.is_rejection and one.factor
        ]
        sides.append((sum(one.factor == factor for one in rejections), len(rejections)))
    before, after = sides
    return Effect(version, factor, before, after, rate_difference(*after, *before))
