"""KPI output as a terminal table, JSON or CSV, with the KPI id next to every number."""

import csv
import io
import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as RichTable

from schemas import money
from schemas.kpis.catalogue import VERSION
from schemas.kpis.definition import Kpi
from schemas.kpis.durations import DurationWindow
from schemas.text.languages import bilingual
from schemas.text.units import NO_VALUE, format_value
from schemas.text.words import TOO_FEW_CASES
from streams.tools.kpi.query import KpiTable
from streams.tools.untrusted import for_csv, for_terminal

NUMBERS = "en"  # the table is in both languages; its numbers have English units
# Minimum terminal columns per KPI column and per member column.
KPI_COLUMN_WIDTH, MEMBER_COLUMN_WIDTH = 13, 9
COLUMN_MARGIN = 3  # the padding and border of a column


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


def _result_fields(kpi: Kpi, result: DurationWindow, currency: str) -> dict[str, object]:
    value = result.value
    if kpi.unit == "money" and value is not None:
        value = money.to_major(value, currency)
    fields: dict[str, object] = {"value": value, "n": result.n, "thin": result.n < kpi.minimum_n}
    if not kpi.additive:
        fields |= {"in_flight": result.in_flight, "low": result.low, "high": result.high}
    return fields


def as_csv(table: KpiTable) -> str:
    """Format one CSV line per member and KPI: tenant, dimension, member, label, basis, from, to, kpi, value, n."""
    query = table.query
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(
        ["tenant", "dimension", "member", "label", "basis", "from", "to", "kpi", "value", "n"]
    )
    for row in table.rows:
        head = [query.tenant, query.dimension, for_csv(row.member), for_csv(row.label)]
        head += [query.basis, query.first.isoformat(), query.last.isoformat()]
        for kpi in table.kpis:
            fields = _result_fields(kpi, table.value(kpi, row), query.currency)
            value = fields["value"]
            written = "" if value is None else f"{value:.12g}"
            writer.writerow([*head, kpi.id, written, fields["n"]])
    return output.getvalue()


def as_rich(table: KpiTable, width: int) -> RichTable:
    """Build a terminal table with Japanese and English titles; values with too few cases are marked.

    One line per member; if that is wider than `width` columns, one line per KPI; if there are too many members for that
    too, one line per member with the KPIs that fit, headlines first. KPIs without data are left out.
    """
    query = table.query
    caption = f"n in brackets; * {bilingual(TOO_FEW_CASES)}; definitions: `hirelay kpi explain ID`"
    title = f"{query.tenant}: {query.dimension}, {query.first} to {query.last}, {query.basis} basis"
    rich = RichTable(title=title, caption=caption)
    values = {kpi.id: [table.value(kpi, row) for row in table.rows] for kpi in table.kpis}
    kpis = [
        kpi for kpi in table.kpis if any(_has_content(kpi, result) for result in values[kpi.id])
    ]
    by_kpi = KPI_COLUMN_WIDTH * (1 + len(kpis)) > width > MEMBER_COLUMN_WIDTH * len(table.rows)
    listed = kpis if by_kpi else _fitting(kpis, width)
    if len(listed) < len(kpis):
        left_out = len(kpis) - len(listed)
        rich.caption = f"{caption}; {left_out} more KPIs: name them with --kpi, or use --format csv"
    formatted = [
        [_format_result(kpi, values[kpi.id][number], query.currency) for kpi in listed]
        for number in range(len(table.rows))
    ]
    if by_kpi:
        _add_lines_by_kpi(rich, table, listed, formatted)
    else:
        _add_lines_by_member(rich, table, listed, formatted)
    return rich


def _fitting(kpis: list[Kpi], width: int) -> list[Kpi]:
    """The KPIs that have room for a column each beside the member's, headlines first, in their own order."""
    room = max(width // (KPI_COLUMN_WIDTH + COLUMN_MARGIN) - 1, 1)
    first = sorted(kpis, key=lambda kpi: not kpi.headline)[:room]
    return [kpi for kpi in kpis if kpi in first]


def _add_lines_by_kpi(
    rich: RichTable, table: KpiTable, kpis: Sequence[Kpi], formatted: Sequence[Sequence[str]]
) -> None:
    rich.add_column("", no_wrap=True)
    for row in table.rows:
        rich.add_column(for_terminal(row.label), justify="right", overflow="fold")
    for number, kpi in enumerate(kpis):
        rich.add_row(
            f"{kpi.ja}\n[dim]{kpi.en} · {kpi.id}[/]", *(cells[number] for cells in formatted)
        )


def _add_lines_by_member(
    rich: RichTable, table: KpiTable, kpis: Sequence[Kpi], formatted: Sequence[Sequence[str]]
) -> None:
    rich.add_column(table.query.dimension, overflow="fold")
    for kpi in kpis:
        rich.add_column(f"{kpi.ja}\n{kpi.en}", justify="right")
    for row, cells in zip(table.rows, formatted, strict=True):
        rich.add_row(for_terminal(row.label), *cells)


def _has_content(kpi: Kpi, result: DurationWindow) -> bool:
    """Whether there is something to show: a value, or cases without a value yet."""
    if kpi.hide_zero or kpi.kind == "count":
        return bool(result.value)
    return result.n > 0 and not (kpi.unit == "money" and result.value == 0)


def _format_result(kpi: Kpi, result: DurationWindow, currency: str) -> str:
    if result.value is None:
        return f"{NO_VALUE} ({result.n})" if result.n and kpi.counts_cases else NO_VALUE
    value = money.to_major(result.value, currency) if kpi.unit == "money" else result.value
    text = format_value(value, kpi.unit, NUMBERS, currency)
    thin = "*" if result.n < kpi.minimum_n else ""
    return text if kpi.kind == "count" or not kpi.counts_cases else f"{text}{thin} ({result.n})"


def render(table: KpiTable, output_format: str, console: Console) -> None:
    """Print in the given format; for an empty table, print what to try next."""
    query = table.query
    if output_format == "json":
        console.file.write(as_json(table) + "\n")
    elif output_format == "csv":
        console.file.write(as_csv(table))
    elif not table.rows:
        console.print(
            f"No data for {query.tenant} by {query.dimension} from {query.first} to {query.last}: "
            "try a longer --from/--to range, or check the tenant id in the configuration."
        )
    else:
        console.print(as_rich(table, console.width))
