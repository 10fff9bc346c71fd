"""Print sentences and tables of an import in one language."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from schemas.text.languages import Words, translate
from streams.tools.tables import TableColumn, TextTable, print_table


@dataclass(frozen=True, kw_only=True)
class ReportPrinter:
    """Prints a report to the terminal in one language."""

    console: Console
    language: str = "en"

    def say(self, text: Words, **facts: object) -> None:
        """Print one sentence."""
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
        """Print a line as it is."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def table(self, table: TextTable) -> None:
        """Print a table below an empty line."""
        self.line("")
        print_table(table, self.console)
