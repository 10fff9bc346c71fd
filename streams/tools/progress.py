"""How far a long command is, on standard error and only at a terminal: never between the lines of its output."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

EVERY = 1000  # rows between two updates
_Row = TypeVar("_Row")


def working(step: str, console: Console | None = None) -> AbstractContextManager[Any]:
    """Show a moving line with the step while the block runs."""
    screen = console or Console(stderr=True)
    return screen.status(step, spinner="line") if screen.is_terminal else nullcontext()


def counted(rows: Iterable[_Row], step: str, console: Console | None = None) -> Iterator[_Row]:
    """Yield the rows, and show how many there were so far."""
    screen = console or Console(stderr=True)
    columns = (SpinnerColumn("line"), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(step, total=None)
        for number, row in enumerate(rows, start=1):
            if number % EVERY == 0:
                bar.update(task, description=f"{step}: {number:,}")
            yield row
