"""`hirelay verify`: run the comparison with a progress bar and report the result."""

import json
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from schemas.errors import Unavailable
from sinks.clickhouse.client import connect
from streams.configuration.settings import Settings
from streams.kafka import epochs as kafka_epochs
from streams.tools.verify import comparison
from streams.tools.verify.comparison import Difference, Verdict
from streams.tools.verify.second_reading import SecondReading

STEPS = {"events": "reading accepted events", "stories": "reading every story again"}
MAX_PRINTED = 20  # maximum number of printed differences; the JSON contains all


@dataclass(frozen=True)
class VerificationReport:
    """The result of a verification as text and JSON."""

    verdict: Verdict

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All cells that differ."""
        return self.verdict.differences

    def as_text(self) -> str:
        """Return one sentence and the first differences."""
        v = self.verdict
        compared = (
            f"{v.events} events of {v.applications} applications ({v.deliveries} accepted deliveries of them, "
            f"{v.poison} unreadable records) give {v.cells} cells with {v.measures} measures"
        )
        if not v.differences:
            second = " The independent reading counts the same." if v.independent else ""
            return f"EQUAL: {compared}; ClickHouse and the changelog hold exactly these.{second}"
        lines = [f"DIFFERENT in {len(v.differences)} cells: {compared}."]
        lines += [
            f"  {d.where} {'/'.join(map(str, d.cell))}: expected {d.expected}, found {d.actual}"
            + (f"; see application {d.application}" if d.application else "")
            for d in v.differences[:MAX_PRINTED]
        ]
        return "\n".join(lines)

    def as_json(self) -> str:
        """Return the whole result, `equal` first."""
        v = self.verdict
        return json.dumps(
            {
                "equal": not v.differences,
                "events": v.events,
                "deliveries": v.deliveries,
                "applications": v.applications,
                "cells": v.cells,
                "measures": v.measures,
                "poison": v.poison,
                "independent": v.independent,
                "differences": [
                    {
                        "where": d.where,
                        "cell": d.cell._asdict(),
                        "expected": d.expected,
                        "found": d.actual,
                        **({"application": d.application} if d.application else {}),
                    }
                    for d in v.differences
                ],
            },
            ensure_ascii=False,
        )


def verify_live(
    settings: Settings, *, patience_s: float, console: Console, independent: bool = False
) -> VerificationReport:
    """Compare every cell of the live system with the fold of its accepted events; raise Unavailable.

    With `independent`, compare them with the independent reading too.
    """
    live = kafka_epochs.live_epoch(kafka_epochs.read(settings.kafka_access))
    if live is None:
        raise Unavailable("epoch", "no worker has counted anything yet: start one first")
    return verify_epoch(
        settings, live.number, patience_s=patience_s, console=console, independent=independent
    )


def verify_epoch(
    settings: Settings,
    number: int,
    *,
    patience_s: float,
    console: Console,
    independent: bool = False,
) -> VerificationReport:
    """Compare every cell of one epoch, as `verify_live` does."""
    client = connect(settings.clickhouse_access)
    second = SecondReading() if independent else None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(STEPS["events"])
        return VerificationReport(
            comparison.verify(
                comparison.EpochSources(settings.kafka_access, client, number, second),
                patience_s=patience_s,
                progress=lambda step, done, total: bar.update(
                    task, description=STEPS[step], completed=done, total=total
                ),
            )
        )
