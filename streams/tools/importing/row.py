"""A row under way: its cells by field, read as what is asked for; whatever is wrong is noted, not raised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TypeVar

from schemas.errors import Malformed
from schemas.events import application as canonical
from schemas.tenants.milestones import tidy
from streams.ingest import normalize
from streams.tools.importing import cell_values, dates
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.refusals import RowProblem, problem, shown

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the cells of one file are read: headers by field, and what words mean, by field and tidied word."""

    zone: tzinfo
    headers: Mapping[str, str]
    meanings: Mapping[str, Mapping[str, str]]
    sanctioned: Mapping[str, tuple[str, ...]]


@dataclass
class RowReader:
    """The cells of one row. A field that is absent or empty reads as None; an unreadable one too, and is a problem."""

    line: int
    cells: Mapping[str, str]
    layout: Layout
    problems: list[RowProblem] = field(default_factory=list)

    def refuse(self, name: str, reason: str, detail: str = "") -> None:
        """Note why the row cannot be taken; `name` is the field at fault."""
        column = self.layout.headers.get(name, name)
        self.problems.append(problem(self.line, column, Malformed(reason, detail)))

    def has(self, name: str) -> bool:
        """Whether there is anything in the field."""
        return bool(self.cells.get(name, "").strip())

    def need(self, name: str) -> None:
        """Note a problem when the field is empty."""
        if not self.has(name):
            self.refuse(name, "empty")

    def id(self, name: str) -> str | None:
        """An id."""
        return self._read(name, cell_values.identity)

    def text(self, name: str) -> str | None:
        """A name of a thing."""
        return self._read(name, cell_values.words)

    def people(self, name: str) -> tuple[str, ...]:
        """The ids in the cell."""
        return self._read(name, cell_values.people) or ()

    def number(self, name: str) -> float | None:
        """A number."""
        return self._read(name, cell_values.number)

    def whole(self, name: str) -> int | None:
        """A whole number."""
        return self._read(name, cell_values.whole)

    def when(self, name: str) -> TableInstant | None:
        """An instant."""
        return self._read(name, lambda text: dates.when(text, self.layout.zone))

    def day(self, name: str) -> str | None:
        """A calendar day as the cell names it, ISO 8601."""
        found = self.when(name)
        return None if found is None else found.day.isoformat()

    def money(self, name: str = "amount") -> tuple[int | None, str | None]:
        """Minor units and their currency; (None, None) when there is no amount."""
        expected = self._read("currency", cell_values.currency)
        found = self._read(name, lambda text: cell_values.money(text, expected))
        return (None, None) if found is None else found

    def channel(self) -> canonical.Channel | None:
        """媒体 by its name, in the form that all systems share."""
        return normalize.channel(self.text("channel"))

    def word(self, name: str) -> str | None:
        """What the word in the cell means here: by the map, by itself, or by the dictionary."""
        return self._read(name, lambda text: self._meaning(name, text))

    def _meaning(self, name: str, text: str) -> str:
        wanted, allowed = tidy(text), self.layout.sanctioned[name]
        # A number means nothing by itself: 1 is the best grade here and the worst there.
        itself = "" if wanted.lstrip("+-").isdigit() else wanted
        found = self.layout.meanings.get(name, {}).get(wanted, itself)
        if found not in allowed:
            detail = f"{shown(text)}|{name}, as one of {', '.join(allowed)}"
            raise Malformed("unknown_word", detail)
        return found

    def _read(self, name: str, reader: Callable[[str], T]) -> T | None:
        if not self.has(name):
            return None
        try:
            return reader(self.cells[name])
        except Malformed as why:
            self.refuse(name, why.reason, why.detail)
            return None
