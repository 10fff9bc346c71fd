"""The diagnosis of one application's data, with an event to look at for each finding."""

from collections.abc import Iterable

from schemas.funnel.fold import RunningCount
from schemas.funnel.funnel_events import FunnelEvent
from schemas.funnel.history import OrderedHistory
from schemas.funnel.rules import Rules

IMPOSSIBLE = "impossible"


def diagnose(history: Iterable[FunnelEvent], rules: Rules) -> list[tuple[str, str]]:
    """The kind of each finding and the id (32 hex digits) of its event.

    What is impossible follows from several events; the first one on its day or later is named.
    """
    ordered = OrderedHistory(history)
    findings = [(finding.kind, finding.event.header.id.hex()) for finding in ordered.findings]
    diagnosis: list[tuple[str, str]] = list(findings)
    for contribution in RunningCount(ordered, rules).contributions():
        for _, fact in contribution.changes:
            if fact.measure == f"quality.{IMPOSSIBLE}":
                later = [e for e in ordered.events if rules.day(e.header.at) >= fact.day]
                example = (later or ordered.events)[0]
                diagnosis.append((IMPOSSIBLE, example.header.id.hex()))
    return diagnosis
