"""KPI output as a terminal table, JSON or CSV, with the KPI id next to every number."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from schemas import money
from schemas.cells import ALL, TOTAL, UNKNOWN
from schemas.kpis.catalogue import VERSION
from schemas.kpis.definition import Kpi
from schemas.kpis.durations import DurationWindow
from schemas.text import words
from schemas.text.languages import Words, sentence_case, translate
from schemas.text.units import NO_VALUE, format_value
from schemas.text.words import BASES, DIMENSIONS, TOO_FEW_CASES, dimension_name
from streams.reading.kpis import KpiRow, KpiTable
from streams.tools.tables import GAP, Cell, TableColumn, TextTable, fit, print_table, smallest_width
from streams.tools.untrusted import for_csv

LEGEND: Words = (
    f"括弧内は n。* {TOO_FEW_CASES[0]}。定義は `hirelay kpi explain ID` で見られます。",
    f"n in brackets; * {TOO_FEW_CASES[1]}; `hirelay kpi explain ID` explains a KPI.",
)
HIDDEN: Words = (
    "{n} 列を省略しました。`--kpi` で選ぶか、`--format csv` を使ってください。",
    "{n} columns hidden: choose KPIs with `--kpi`, or use `--format csv`.",
)
NO_DATA: Words = (
    "{first} から {last} までのデータがありません（{tenant}、{by}別）。`--from` と `--to` の期間を広げてください。",
    "No data for {tenant} by {by} from {first} to {last}: try a longer --from/--to range.",
)

CSV_FIELDS = (
    "tenant",
    "dimension",
    "member",
    "label",
    "basis",
    "from",
    "to",
    "kpi",
    "value",
    "n",
    "numbers_as_of",
)


def as_json(table: KpiTable) -> str:
    """Format the measure sums and KPIs of every member as JSON."""
    query = table.query
    return json.dumps(
        {
            "tenant": query.tenant,
            "dimension": query.dimension,
            "basis": query.basis,
            "from": query.first.isoformat(),
            "to": query.last.isoformat(),
            "as_of": query.as_of.isoformat(),
            "numbers_as_of": _instant(table) or None,
            "currency": query.currency,
            "definitions": VERSION,
            "rows": [
                {
                    "member": row.member,
                    "label": row.label,
                    "measures": row.measures,
                    "kpis": {
                        kpi.id: _result_fields(kpi, table.value(kpi, row), query.currency)
                        for kpi in table.kpis
                    },
                }
                for row in table.rows
            ],
        },
        ensure_ascii=False,
    )


def _instant(table: KpiTable) -> str:
    instant = table.numbers_as_of
    return "" if instant is None else instant.isoformat(timespec="milliseconds")


def _result_fields(kpi: Kpi, result: DurationWindow, currency: str) -> dict[str, object]:
    value = result.value
    if kpi.unit == "money" and value is not None:
        value = money.to_major(value, currency)
    fields: dict[str, object] = {
        "value": value,
        "n": result.n if kpi.counts_cases else None,
        "thin": result.n < kpi.minimum_n,
    }
    if not kpi.additive:
        fields |= {"in_flight": result.in_flight, "low": result.low, "high": result.high}
    return fields


def as_csv(table: KpiTable) -> str:
    """Format one CSV line per member and KPI, with what it was asked for, its value, n and the as-of of the numbers."""
    query = table.query
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(CSV_FIELDS)
    for row in table.rows:
        head = [query.tenant, query.dimension, for_csv(row.member), for_csv(row.label)]
        head += [query.basis, query.first.isoformat(), query.last.isoformat()]
        for kpi in table.kpis:
            fields = _result_fields(kpi, table.value(kpi, row), query.currency)
            value = fields["value"]
            written = "" if value is None else f"{value:.12g}"
            n = "" if fields["n"] is None else fields["n"]
            writer.writerow([*head, kpi.id, written, n, _instant(table)])
    return output.getvalue()


def tables(table: KpiTable, width: int, language: str) -> list[TextTable]:
    """Arrange the KPIs for a terminal of `width` columns; KPIs without data are left out.

    One line per member if every KPI has room for a column, otherwise one line per KPI if every member has. If neither fits,
    the KPIs that were asked for by name are split over several tables, and of all others the headlines are shown.
    """
    arranged = _Arrangement(table, language)
    candidates = (
        arranged.by_member(arranged.kpis),
        arranged.by_kpi(),
        arranged.by_kpi(two_lines=True),
    )
    for candidate in candidates:
        if fit(candidate, width) is not None:
            return [candidate]
    if table.query.kpis:
        return arranged.split(width)
    return [arranged.headlines(width)]


class _Arrangement:
    """The formatted values of one KPI table, and the ways to lay them out."""

    def __init__(self, table: KpiTable, language: str) -> None:
        """Evaluate and format every KPI of every member."""
        query, self.rows, self.language = table.query, table.rows, language
        results = {kpi.id: [table.value(kpi, row) for row in table.rows] for kpi in table.kpis}
        self.kpis = [
            kpi for kpi in table.kpis if any(_has_content(kpi, r) for r in results[kpi.id])
        ]
        self._cells = {
            kpi.id: [_format_result(kpi, r, query.currency, language) for r in results[kpi.id]]
            for kpi in self.kpis
        }
        self._member_title = sentence_case(dimension_name(query.dimension, language))
        basis = translate(BASES[query.basis], language)
        self._title = (
            f"{query.tenant} · {self._member_title} · {query.first} – {query.last} · {basis}"
        )

    def by_member(self, kpis: Sequence[Kpi], notes: tuple[str, ...] = ()) -> TextTable:
        """Return one line per member, with a column per KPI."""
        lang = self.language
        titles = [
            TableColumn(title=translate((kpi.ja, kpi.en), lang), numeric=True) for kpi in kpis
        ]
        return TextTable(
            title=self._title,
            columns=(TableColumn(title=self._member_title), *titles),
            rows=[
                (_label(row, lang), *(self._cells[kpi.id][number] for kpi in kpis))
                for number, row in enumerate(self.rows)
            ],
            notes=(*notes, translate(LEGEND, lang)),
        )

    def by_kpi(self, *, two_lines: bool = False) -> TextTable:
        """Return one line per KPI, with a column per member; the id stands last or, in two lines, below the name."""
        lang = self.language
        members = [TableColumn(title=_label(row, lang), numeric=True) for row in self.rows]
        rows: list[tuple[Cell, ...]] = []
        for kpi in self.kpis:
            name, id_ = translate((kpi.ja, kpi.en), lang), Text(kpi.id, "dim")
            if two_lines:
                rows.append((Text(f"{name}\n").append_text(id_), *self._cells[kpi.id]))
            else:
                rows.append((name, *self._cells[kpi.id], id_))
        ids = () if two_lines else (TableColumn(title="id"),)
        return TextTable(
            title=self._title,
            columns=(TableColumn(title="KPI"), *members, *ids),
            rows=rows,
            notes=(translate(LEGEND, lang),),
        )

    def split(self, width: int) -> list[TextTable]:
        """Return tables of as many KPIs as fit, one below the other."""
        parts: list[TextTable] = []
        rest = self.kpis
        while rest:
            count = max(self._how_many_fit(rest, width), 1)
            parts.append(self.by_member(rest[:count]))
            rest = rest[count:]
        return [replace(part, notes=()) for part in parts[:-1]] + parts[-1:]

    def headlines(self, width: int) -> TextTable:
        """Return the KPIs that fit, headlines first, and how many are hidden."""
        ranked = sorted(self.kpis, key=lambda kpi: not kpi.headline)
        visible = ranked[: max(self._how_many_fit(ranked, width), 1)]
        hidden = len(ranked) - len(visible)
        note = translate(HIDDEN, self.language).format(n=hidden)
        return self.by_member([kpi for kpi in self.kpis if kpi in visible], (note,))

    def _how_many_fit(self, kpis: Sequence[Kpi], width: int) -> int:
        table = self.by_member(kpis)
        room = width - 1
        for number in range(len(table.columns)):
            room -= smallest_width(table, number) + (GAP if number else 0)
            if room < 0:
                return max(number - 1, 0)
        return len(kpis)


def _label(row: KpiRow, language: str) -> str:
    """Return the name of a member as a reader knows it."""
    names = {ALL: DIMENSIONS[TOTAL], UNKNOWN: words.UNKNOWN}
    return translate(names[row.member], language) if row.member in names else row.label


def _has_content(kpi: Kpi, result: DurationWindow) -> bool:
    """Whether there is something to show: a value, or cases without a value yet."""
    if kpi.hide_zero or kpi.kind == "count":
        return bool(result.value)
    return result.n > 0 and not (kpi.unit == "money" and result.value == 0)


def _format_result(kpi: Kpi, result: DurationWindow, currency: str, language: str) -> str:
    if result.value is None:
        return f"{NO_VALUE} ({result.n})" if result.n and kpi.counts_cases else NO_VALUE
    value = money.to_major(result.value, currency) if kpi.unit == "money" else result.value
    text = format_value(value, kpi.unit, language, currency)
    thin = "*" if result.n < kpi.minimum_n else ""
    return text if kpi.kind == "count" or not kpi.counts_cases else f"{text}{thin} ({result.n})"


def render(table: KpiTable, output_format: str, console: Console, language: str) -> None:
    """Print in the given format; for an empty table, print what to try next."""
    query = table.query
    if output_format == "json":
        console.file.write(as_json(table) + "\n")
    elif output_format == "csv":
        console.file.write(as_csv(table))
    elif not table.rows:
        by = dimension_name(query.dimension, language)
        words = translate(NO_DATA, language)
        line = words.format(tenant=query.tenant, by=by, first=query.first, last=query.last)
        console.print(line, highlight=False)
    else:
        for part in tables(table, console.width, language):
            print_table(part, console)
