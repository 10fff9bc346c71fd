"""Typed access to the cells of a row; problems are collected, not raised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TypeVar

from schemas.errors import Malformed
from schemas.events import application as canonical
from schemas.tenants.milestones import normalize_name
from streams.ingest import normalize
from streams.tools.importing import cell_values, dates
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.refusals import RowProblem, quoted_cell, row_problem

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How to read the cells of one file: headers by field, and mapped and allowed values by field."""

    zone: tzinfo
    headers: Mapping[str, str]
    value_mappings: Mapping[str, Mapping[str, str]]
    allowed_values: Mapping[str, tuple[str, ...]]


@dataclass
class RowReader:
    """The cells of one row. An absent or empty field reads as None; so does an invalid one, which adds a problem."""

    line: int
    cells: Mapping[str, str]
    layout: Layout
    problems: list[RowProblem] = field(default_factory=list)

    def refuse(self, name: str, reason: str, detail: str = "") -> None:
        """Add a problem that refuses the row; `name` is the field at fault."""
        column = self.layout.headers.get(name, name)
        self.problems.append(row_problem(self.line, column, Malformed(reason, detail)))

    def has(self, name: str) -> bool:
        """Whether the field is not empty."""
        return bool(self.cells.get(name, "").strip())

    def require(self, name: str) -> None:
        """Add a problem if the field is empty."""
        if not self.has(name):
            self.refuse(name, "empty")

    def id(self, name: str) -> str | None:
        """An id."""
        return self._read(name, cell_values.parse_id)

    def text(self, name: str) -> str | None:
        """A name such as that of a job or a stage."""
        return self._read(name, cell_values.parse_text)

    def ids(self, name: str) -> tuple[str, ...]:
        """The ids in the cell."""
        return self._read(name, cell_values.parse_ids) or ()

    def number(self, name: str) -> float | None:
        """A number."""
        return self._read(name, cell_values.parse_number)

    def integer(self, name: str) -> int | None:
        """An integer."""
        return self._read(name, cell_values.parse_integer)

    def instant(self, name: str) -> TableInstant | None:
        """An instant."""
        return self._read(name, lambda text: dates.parse_instant(text, self.layout.zone))

    def day(self, name: str) -> str | None:
        """The calendar day as written in the cell, ISO 8601."""
        instant = self.instant(name)
        return None if instant is None else instant.day.isoformat()

    def money(self, name: str = "amount") -> tuple[int | None, str | None]:
        """Minor units and currency; (None, None) if there is no amount."""
        expected = self._read("currency", cell_values.parse_currency)
        amount = self._read(name, lambda text: cell_values.parse_money(text, expected))
        return (None, None) if amount is None else amount

    def channel(self) -> canonical.Channel | None:
        """The 媒体 by its name, normalised across systems."""
        return normalize.channel(self.text("channel"))

    def choice(self, name: str) -> str | None:
        """The allowed value of the cell: by the map, by the dictionary, or the cell value itself."""
        return self._read(name, lambda text: self._map_value(name, text))

    def _map_value(self, name: str, text: str) -> str:
        word, allowed = normalize_name(text), self.layout.allowed_values[name]
        # A number has no meaning without a map: 1 is the best grade in some systems and the worst in others.
        default = "" if word.lstrip("+-").isdigit() else word
        value = self.layout.value_mappings.get(name, {}).get(word, default)
        if value not in allowed:
            detail = f"{quoted_cell(text)}|{name}, as one of {', '.join(allowed)}"
            raise Malformed("unmapped_value", detail)
        return value

    def _read(self, name: str, reader: Callable[[str], T]) -> T | None:
        if not self.has(name):
            return None
        try:
            return reader(self.cells[name])
        except Malformed as why:
            self.refuse(name, why.reason, why.detail)
            return None
