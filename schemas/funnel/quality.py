"""The quality of an application's data: which of its events came late, said the same again, corrected, or cannot be true."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from schemas.funnel.facts import COMPANY, Change, FunnelFact, Scope
from schemas.funnel.funnel_events import (
    ContextEvent,
    CostEvent,
    EndingEvent,
    FunnelEvent,
    LoggedEvent,
    StageEvent,
)
from schemas.funnel.rules import Rules

FindingKind = Literal["out_of_order", "told_again", "corrected", "without_stage"]
CORRECTIONS = frozenset(
    {
        "application.channel_changed",
        "candidate.merged",
        "employment.end_cancelled",
        "employment.start_cancelled",
        "feedback.deleted",
        "interview.deleted",
    }
)


class Finding(NamedTuple):
    """One event and what is remarkable about it."""

    kind: FindingKind
    event: FunnelEvent


def find(arrived: list[FunnelEvent], ordered: list[FunnelEvent]) -> list[Finding]:
    """The findings of a history, of its events as they arrived, each id once, and in order after corrections."""
    kept = {event.header.id for event in ordered}
    findings = []
    latest_at = None
    for event in sorted(arrived, key=lambda event: (event.header.offset, event.header.index)):
        if isinstance(event, CostEvent):
            continue
        if event.header.id not in kept:
            is_logged = isinstance(event, LoggedEvent) and event.log_id is not None
            findings.append(Finding("corrected" if is_logged else "told_again", event))
        elif event.header.kind in CORRECTIONS:
            findings.append(Finding("corrected", event))
        if isinstance(event, ContextEvent) or event.header.imported:
            continue
        if latest_at is not None and event.header.at < latest_at:
            findings.append(Finding("out_of_order", event))
        latest_at = event.header.at if latest_at is None else max(latest_at, event.header.at)
    return [*findings, *_without_stage(ordered)]


def _without_stage(ordered: Iterable[FunnelEvent]) -> list[Finding]:
    """The first ending of an application of which nobody ever told a stage."""
    own = [event for event in ordered if isinstance(event, StageEvent)]
    if any(event.stage is not None for event in own):
        return []
    endings = (event for event in own if isinstance(event, EndingEvent))
    ending = next(endings, None)
    return [] if ending is None else [Finding("without_stage", ending)]


def count_findings(findings: Iterable[Finding], rules: Rules) -> list[Change]:
    """Count the findings for the company as a whole, each on the day of its event."""
    return [
        (
            1,
            FunnelFact(
                f"quality.{kind}", rules.day(event.header.at), None, COMPANY, Scope.OWN_DAY, None
            ),
        )
        for kind, event in findings
    ]
