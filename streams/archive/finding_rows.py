"""What the ledger of a company says, as rows of the panels of its board."""

from collections.abc import Iterator
from typing import Literal

from schemas.relay.candidate_experience import Experience, Outcome
from schemas.relay.experience import Contrast, Share, SurveyScore
from schemas.relay.mismatch import MINIMUM_N, FactorShare
from schemas.relay.reasons import Reasons
from sinks.clickhouse.rows import RelayFinding

MAX_SHARES = 40
Panel = Literal["reasons", "experience", "survey"]


def finding_rows(reasons: Reasons, experience: Experience) -> list[RelayFinding]:
    """The rows of all panels; there is always one that says whether the line's effect can be told."""
    panels: dict[Panel, list[RelayFinding]] = {
        "reasons": [*_reasons(reasons)],
        "experience": [*_experience(experience)],
        "survey": [] if experience.score is None else [_score(experience.score)],
    }
    return [
        row._replace(tenant=reasons.tenant, panel=panel, position=position)
        for panel, rows in panels.items()
        for position, row in enumerate(rows)
    ]


def _reasons(reasons: Reasons) -> Iterator[RelayFinding]:
    """The shares, below a row that says so if nothing stands out."""
    if reasons.only_factor is not None:
        yield _finding("reasons.one_factor")
    elif reasons.shares and not reasons.anything_stands_out:
        yield _finding("reasons.nothing")
    yield from map(_factor, reasons.shares[:MAX_SHARES])


def _factor(share: FactorShare) -> RelayFinding:
    verdict = "stands_out" if share.stands_out else "inconspicuous"
    return _finding(f"factor.{share.factor}")._replace(
        job_id=share.place.job,
        since=share.place.version,
        channel=share.place.channel,
        n=share.n,
        events=share.count,
        value=share.share,
        low=share.low,
        high=share.high,
        lift=share.lift,
        verdict=f"reasons.{verdict}" if share.n >= MINIMUM_N else "reasons.few",
    )


def _experience(experience: Experience) -> Iterator[RelayFinding]:
    """Registrations, re-applications and referrals, and what may be concluded about the line."""
    if experience.registered is not None:
        yield _share("experience.registered", experience.registered)
    yield from _outcome("reapplied", experience.reapplied)
    if experience.referred is not None:
        yield from _outcome("referred", experience.referred)
    contrast = experience.reapplied.contrast
    if contrast is None:
        yield _finding("experience.too_few")
    else:
        name = "is_experiment" if contrast.is_experiment else "no_experiment"
        yield _finding(f"experience.{name}")


def _outcome(name: str, outcome: Outcome) -> Iterator[RelayFinding]:
    for group, share in outcome.groups.items():
        if share is not None:
            yield _share(f"{name}.{group}", share)
    if outcome.contrast is not None:
        yield _difference(f"{name}.difference", outcome.contrast)


def _share(name: str, share: Share) -> RelayFinding:
    return _finding(name)._replace(
        n=share.n,
        events=share.events,
        days=share.days,
        value=share.value,
        low=share.interval.low,
        high=share.interval.high,
    )


def _difference(name: str, contrast: Contrast) -> RelayFinding:
    interval = contrast.interval
    return _finding(name)._replace(
        n=contrast.invited.n + contrast.others.n,
        events=contrast.invited.events + contrast.others.events,
        days=contrast.invited.days,
        value=contrast.difference,
        low=interval.low,
        high=interval.high,
        verdict="experience.differs" if interval.excludes(0) else "experience.chance",
    )


def _score(score: SurveyScore) -> RelayFinding:
    interval = score.interval
    return _finding("experience.score")._replace(
        n=score.n,
        events=score.n,
        value=score.mean,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
    )


def _finding(name: str) -> RelayFinding:
    return RelayFinding(
        tenant="",
        panel="",
        position=0,
        job_id="",
        since=None,
        channel="",
        name=name,
        n=0,
        events=0,
        days=0,
        value=None,
        low=None,
        high=None,
        lift=None,
        verdict="",
        version=0,
    )
