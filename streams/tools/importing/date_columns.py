"""Find how the dates of a column can be read, from all of its cells: in which order, and whether they have times."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streams.tools.importing.date_parts import MAX_SERIAL, MIN_SERIAL, SERIAL, DateForm

DATE_FIELD = re.compile(r"(?:.*_at|start|end|start_date|period_from|period_to|rated_at)")
PARTS = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
LONGEST_MONTH, LAST_MONTH = 31, 12
MIDNIGHT = re.compile(r"[T ]0?0:00(?::00(?:\.0+)?)?")
DAY_LENGTH = 10  # characters of a day; more are a time of day


def is_date_field(name: str) -> bool:
    """Whether the field, of a row or of a step, holds dates."""
    return DATE_FIELD.fullmatch(name.rpartition(".")[2]) is not None


@dataclass
class ColumnEvidence:
    """What the cells of one column say about their order."""

    serials: int = 0
    others: int = 0
    year_last: int = 0
    month_first: int = 0
    day_first: int = 0
    year_first: int = 0
    midnights: int = 0
    clocks: int = 0

    def add_time(self, cell: str) -> None:
        """Take the time of day of one cell that is longer than a day."""
        if MIDNIGHT.search(cell):
            self.midnights += 1
        elif ":" in cell or "時" in cell:
            self.clocks += 1

    @property
    def is_of_days(self) -> bool:
        """Whether every time of day is midnight, as spreadsheets write days."""
        return self.midnights > 0 and not self.clocks

    def add(self, cell: str) -> None:
        """Take one cell that does not begin with a year of four digits."""
        text = unicodedata.normalize("NFKC", cell).strip()
        serial = SERIAL.fullmatch(text)
        if serial is not None and MIN_SERIAL <= int(serial["days"]) <= MAX_SERIAL:
            self.serials += 1
            return
        self.others += 1
        match = PARTS.match(text)
        if match is None:
            return
        first, second, third = (int(part) for part in match.groups())
        if len(match[3]) == 2 and first > LONGEST_MONTH:
            self.year_first += 1
            return
        self.year_last += len(match[3]) == 4 or third > LONGEST_MONTH
        self.month_first += second > LAST_MONTH
        self.day_first += first > LAST_MONTH

    def form(self) -> DateForm:
        """The one order that all cells allow, else `ONE_READING`."""
        if self.serials and not self.others:
            return DateForm.EXCEL
        if self.year_first and not (self.year_last or self.day_first):
            return DateForm.YEAR_FIRST
        if self.year_last and self.month_first and not (self.day_first or self.year_first):
            return DateForm.MONTH_FIRST
        if self.year_last and self.day_first and not (self.month_first or self.year_first):
            return DateForm.DAY_FIRST
        return DateForm.ONE_READING


@dataclass(frozen=True, kw_only=True)
class DateColumns:
    """What the cells of the date columns say, by field: the one order of their parts, and the columns that hold days only."""

    forms: Mapping[str, DateForm]
    days: frozenset[str]


def read_date_columns(rows: Iterable[tuple[str, ...]], indexes: Mapping[str, int]) -> DateColumns:
    """What the date columns say; `indexes` are those of the columns by field."""
    columns = [(index, ColumnEvidence()) for index in indexes.values()]
    for cells in rows:
        for index, evidence in columns:
            cell = cells[index]
            if len(cell) > DAY_LENGTH and not evidence.clocks:
                evidence.add_time(cell)
            if cell[:4].isdigit() and len(cell) > 5 and not cell[4].isdigit() and cell[4] != ".":
                if not evidence.others:
                    evidence.others = 1
            elif cell.strip():
                evidence.add(cell)
    evidences = {name: evidence for name, (_, evidence) in zip(indexes, columns, strict=True)}
    forms = {name: evidence.form() for name, evidence in evidences.items()}
    return DateColumns(
        forms={name: form for name, form in forms.items() if form is not DateForm.ONE_READING},
        days=frozenset(name for name, evidence in evidences.items() if evidence.is_of_days),
    )
