"""Typed access to the cells of a row; problems are collected, not raised."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from functools import lru_cache
from typing import TypeVar

from schemas.errors import Malformed
from schemas.events import application as canonical
from schemas.tenants.milestones import normalize_name
from streams.ingest import normalize
from streams.tools.importing import cell_values, dates
from streams.tools.importing.date_parts import DateForm
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.refusals import RowProblem, quoted_cell, row_problem

T = TypeVar("T")

# What people write into a cell to say that there is nothing.
BLANK = re.compile(
    r"[-‐–—―ー－−\s]*|n/?a|#n/a|null|none|nil|なし|無し|無|未定|未|該当なし|該当無し|1900[-/]1[-/]0",
    re.IGNORECASE,
)


LONGEST_BLANK = 8  # characters of 1900/1/0; only lines and spaces are longer


def is_blank(cell: str) -> bool:
    """Whether the cell says that there is nothing."""
    text = cell.strip()
    if len(text) > LONGEST_BLANK and text[0].isalnum():
        return False
    return _is_blank(text)


@lru_cache(maxsize=1 << 14)
def _is_blank(text: str) -> bool:
    return BLANK.fullmatch(text) is not None


_channel = lru_cache(maxsize=1 << 10)(normalize.channel)


@dataclass(frozen=True, kw_only=True)
class WideStep:
    """One step of a wide table; the fields of its columns begin with `key`."""

    key: str
    stage: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How to read the cells of one file.

    `headers`, `forms` of dates, `units` of amounts and `tax` (percent included in them) are by field; mapped and allowed
    values by field. `endings` are normalized names of stages that are endings, and who ends. `file` is the index of the
    file in the run, `connection` the one that the events are sent through. `days` are date fields whose times are all
    midnight, which is how spreadsheets write a day.
    """

    zone: tzinfo
    headers: Mapping[str, str]
    value_mappings: Mapping[str, Mapping[str, str]]
    allowed_values: Mapping[str, tuple[str, ...]]
    forms: Mapping[str, DateForm] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    tax: Mapping[str, int] = field(default_factory=dict)
    endings: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[WideStep, ...] = ()
    days: frozenset[str] = frozenset()
    today: date = date.max
    file: int = 0
    connection: str = ""


@dataclass
class RowReader:
    """The cells of one row. An absent or empty field reads as None; so does an invalid one, which adds a problem."""

    line: int
    cells: Mapping[str, str]
    layout: Layout
    problems: list[RowProblem] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Leave out the cells that say that there is nothing."""
        self.cells = {name: cell for name, cell in self.cells.items() if not is_blank(cell)}

    def refuse(self, name: str, reason: str, detail: str = "") -> None:
        """Add a problem that refuses the row; `name` is the field at fault."""
        self._add(name, Malformed(reason, detail), refuses=True)

    def note(self, name: str, reason: str, detail: str = "") -> None:
        """Add what a person should know about the row, which counts all the same."""
        self._add(name, Malformed(reason, detail), refuses=False)

    def _add(self, name: str, condition: Malformed, *, refuses: bool) -> None:
        problem = row_problem(
            self.line, self.header(name), condition, refuses=refuses, file=self.layout.file
        )
        if problem not in self.problems:
            self.problems.append(problem)

    @property
    def is_refused(self) -> bool:
        """Whether a problem refuses the row."""
        return any(problem.refuses for problem in self.problems)

    def header(self, name: str) -> str:
        """The header of the field's column, else the field."""
        return self.layout.headers.get(name, name)

    def has(self, name: str) -> bool:
        """Whether the field is not empty."""
        return name in self.cells

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
        """An instant; its time of day may be in a column of its own, the field `<name>.time`."""
        if name not in self.cells:
            return None
        time = self.cells.get(f"{name}.time", "")
        form = self.layout.forms.get(name, DateForm.ONE_READING)
        instant = self._read(
            name, lambda text: dates.parse_instant(text.strip(), self.layout.zone, form, time)
        )
        return (
            replace(instant, is_date_only=True) if instant and name in self.layout.days else instant
        )

    def day(self, name: str) -> str | None:
        """The calendar day as written in the cell, ISO 8601."""
        instant = self.instant(name)
        return None if instant is None else instant.day.isoformat()

    def money(self, name: str = "amount") -> tuple[int | None, str | None]:
        """Minor units and currency; (None, None) if there is no amount."""
        expected = self._read("currency", cell_values.parse_currency)
        unit, tax = self.layout.units.get(name, ""), self.layout.tax.get(name, 0)
        amount = self._read(name, lambda text: cell_values.parse_money(text, expected, unit, tax))
        return (None, None) if amount is None else amount

    def channel(self) -> canonical.Channel | None:
        """The 媒体 by its name, normalised across systems."""
        return _channel(self.text("channel"))

    def choice(self, name: str, vocabulary: str = "") -> str | None:
        """The allowed value of the cell: by the map, by the dictionary, or the cell value itself.

        `vocabulary` is the field whose words are used, if it is another one.
        """
        return self._read(name, lambda text: self._map_value(vocabulary or name, text))

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
        cell = self.cells.get(name)
        if cell is None:
            return None
        try:
            return reader(cell)
        except Malformed as why:
            self.refuse(name, why.reason, why.detail)
            return None
