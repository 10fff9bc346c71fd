"""Print sentences and tables of an import in one language, to a terminal or to whatever collects them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rich.console import Console

from schemas.text.languages import Words, translate
from streams.tools.tables import TableColumn, TextTable, print_table


class ReportOutput(Protocol):
    """Where a report goes."""

    def line(self, text: str) -> None:
        """Take a line as it is."""

    def table(self, table: TextTable) -> None:
        """Take a table."""


@dataclass(frozen=True, kw_only=True)
class TerminalOutput:
    """Prints to the terminal."""

    console: Console

    def line(self, text: str) -> None:
        """Print a line as it is."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def table(self, table: TextTable) -> None:
        """Print a table below an empty line."""
        self.line("")
        print_table(table, self.console)


@dataclass(frozen=True, kw_only=True)
class CollectedOutput:
    """Keeps lines and tables in their order, for a page."""

    blocks: list[str | TextTable] = field(default_factory=list)

    def line(self, text: str) -> None:
        """Keep a line."""
        self.blocks.append(text)

    def table(self, table: TextTable) -> None:
        """Keep a table."""
        self.blocks.append(table)


@dataclass(frozen=True, kw_only=True)
class ReportPrinter:
    """Writes a report in one language."""

    output: ReportOutput
    language: str = "en"

    def say(self, text: Words, **facts: object) -> None:
        """Write one sentence."""
        self.line(self.word(text, **facts))

    def word(self, text: Words, **facts: object) -> str:
        """Return the text with its facts; counts have separators of thousands."""
        filled = {name: f"{v:,}" if isinstance(v, int) else v for name, v in facts.items()}
        return translate(text, self.language).format(**filled)

    def columns(self, titles: Sequence[Words], first_numeric: int = 1) -> list[TableColumn]:
        """Columns with these titles, numeric from `first_numeric` on."""
        return [
            TableColumn(title=self.word(title), numeric=number >= first_numeric)
            for number, title in enumerate(titles)
        ]

    def line(self, text: str) -> None:
        """Write a line as it is."""
        self.output.line(text)

    def table(self, table: TextTable) -> None:
        """Write a table."""
        self.output.table(table)
