"""`hirelay simulate`: post a season of a chosen size to a running local stack."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from schemas.errors import Unavailable
from streams.simulator.player import Player, PlayReport, targets_of, with_disturbances
from streams.simulator.season import SimulatedDelivery, season

DAYS = 120


def load_run_file(state: Path) -> dict[str, Any]:
    """Return the run.json of a stack; raise Unavailable with instructions when there is none."""
    path = state / "run.json"
    if not path.exists():
        raise Unavailable(
            "state", f"no stack runs in {state}: start one with `hirelay up --state {state}`"
        )
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def simulate(  # noqa: PLR0913 - the options of one command
    state: Path,
    *,
    events: int,
    seed: int,
    duplicates: float,
    shuffle: float,
    rate: float | None,
    console: Console,
) -> PlayReport:
    """Post `events` deliveries plus duplicates, and return a report."""
    run = load_run_file(state)
    until = datetime.now(UTC).replace(microsecond=0)
    planned = with_disturbances(
        season(seed, deliveries=events, days=DAYS, until=until), duplicates, shuffle, seed
    )
    return play(run, planned, rate=rate, console=console, title="posting")


def play(
    run: dict[str, Any],
    deliveries: list[SimulatedDelivery],
    *,
    rate: float | None,
    console: Console,
    title: str,
) -> PlayReport:
    """Post deliveries, with a progress bar on a terminal; raise Unavailable when a company has no endpoint."""
    targets = targets_of(run)
    unknown = sorted({delivery.connection for delivery in deliveries} - targets.keys())
    if unknown:
        raise Unavailable(
            "connection",
            f"this stack has no {', '.join(unknown)}: the simulated companies are those of the sample configuration, "
            "start a stack with another --state and without --config",
        )
    player = Player(targets, rate=rate)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=len(deliveries))
        return asyncio.run(player.play(deliveries, lambda n: bar.advance(task, n)))
