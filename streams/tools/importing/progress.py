"""Show how far an import is: on the terminal, or wherever a role asks."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from schemas.text.languages import Words, translate

T = TypeVar("T")
STEP = 1_000  # items between two updates


class ImportProgress(Protocol):
    """Is told how far an import is."""

    def track(self, items: Iterable[T], description: Words) -> Iterator[T]:
        """Yield the items and count them."""

    def sending(self, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """A context of sending that many events; its value takes how many more were sent."""


class TerminalProgress:
    """Counts on the terminal; writes nothing if there is none."""

    def __init__(self, language: str = "en") -> None:
        """Count in that language."""
        self._language = language

    def track(self, items: Iterable[T], description: Words) -> Iterator[T]:
        """Yield the items and count them."""
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), TextColumn("{task.completed:,.0f}"))
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task(translate(description, self._language), total=None)
            for count, item in enumerate(items):
                if count % STEP == 0:
                    bar.update(task, completed=count)
                yield item

    @contextmanager
    def sending(self, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar while events are sent."""
        terminal = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as bar:
            task = bar.add_task(translate(SENDING, self._language), total=total)
            yield lambda n: bar.advance(task, n)


READING: Words = ("行を読んでいます", "reading rows")
SETTLING: Words = ("応募ごとに照合しています", "settling applications")
SENDING: Words = ("イベントを送っています", "sending events")
