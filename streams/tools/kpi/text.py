"""KPI tables for people and programs: a table, JSON or CSV, the definition's id beside every number."""

import csv
import io
import json

from rich.console import Console
from rich.table import Table as RichTable

from schemas import money
from schemas.kpis.catalogue import VERSION
from schemas.kpis.definition import Kpi
from schemas.kpis.durations import DurationWindow
from streams.tools.kpi.query import KpiTable

# Columns of the terminal that a KPI needs beside others, and a member beside others.
WIDE, NARROW = 13, 9


def as_json(table: KpiTable) -> str:
    """Raw sums and finished KPIs of every member."""
    asked = table.question
    return json.dumps(
        {
            "tenant": asked.tenant,
            "dimension": asked.dimension,
            "basis": asked.basis,
            "from": asked.first.isoformat(),
            "to": asked.last.isoformat(),
            "as_of": asked.as_of.isoformat(),
            "currency": asked.currency,
            "definitions": VERSION,
            "rows": [
                {
                    "member": row.member,
                    "label": row.label,
                    "measures": row.tally,
                    "kpis": {
                        kpi.id: _told(kpi, table.value(kpi, row), asked.currency)
                        for kpi in table.kpis
                    },
                }
                for row in table.rows
            ],
        },
        ensure_ascii=False,
    )


def _told(kpi: Kpi, got: DurationWindow, currency: str) -> dict[str, object]:
    value = got.value
    if kpi.unit == "money" and value is not None:
        value = money.major(value, currency)
    told: dict[str, object] = {"value": value, "n": got.n, "thin": got.n < kpi.minimum_n}
    if not kpi.additive:
        told |= {"in_flight": got.in_flight, "low": got.low, "high": got.high}
    return told


def as_csv(table: KpiTable) -> str:
    """One line a member and KPI: tenant, dimension, member, label, basis, from, to, kpi, value, n."""
    asked = table.question
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(
        ["tenant", "dimension", "member", "label", "basis", "from", "to", "kpi", "value", "n"]
    )
    for row in table.rows:
        head = [asked.tenant, asked.dimension, row.member, row.label]
        head += [asked.basis, asked.first.isoformat(), asked.last.isoformat()]
        for kpi in table.kpis:
            told = _told(kpi, table.value(kpi, row), asked.currency)
            value = told["value"]
            written = "" if value is None else f"{value:.12g}"
            writer.writerow([*head, kpi.id, written, told["n"]])
    return output.getvalue()


def as_rich(table: KpiTable, width: int) -> RichTable:
    """A table for people, titles in Japanese and English; a rate of too few cases is marked.

    One line a member; where that is wider than `width` columns, one line a KPI. A KPI that nothing is known of is left out.
    """
    asked = table.question
    rich = RichTable(
        title=f"{asked.tenant}: {asked.dimension}, {asked.first} to {asked.last}, {asked.basis} basis",
        caption="n in brackets; * データ不足: too few cases; definitions: `hirelay kpi explain ID`",
    )
    values = {kpi.id: [table.value(kpi, row) for row in table.rows] for kpi in table.kpis}
    kpis = [kpi for kpi in table.kpis if any(_tells(kpi, got) for got in values[kpi.id])]
    shown = [
        [_shown(kpi, values[kpi.id][number], asked.currency) for kpi in kpis]
        for number in range(len(table.rows))
    ]
    if WIDE * (1 + len(kpis)) > width > NARROW * len(table.rows):
        rich.add_column("", no_wrap=True)
        for row in table.rows:
            rich.add_column(row.label, justify="right", overflow="fold")
        for number, kpi in enumerate(kpis):
            rich.add_row(
                f"{kpi.ja}\n[dim]{kpi.en} · {kpi.id}[/]", *(cells[number] for cells in shown)
            )
        return rich
    rich.add_column(asked.dimension, overflow="fold")
    for kpi in kpis:
        rich.add_column(f"{kpi.ja}\n{kpi.en}", justify="right")
    for row, cells in zip(table.rows, shown, strict=True):
        rich.add_row(row.label, *cells)
    return rich


def _tells(kpi: Kpi, got: DurationWindow) -> bool:
    """Whether there is something to show: a value, or cases that do not give one yet."""
    if kpi.quiet or kpi.kind == "count":
        return bool(got.value)
    return got.n > 0 and not (kpi.unit == "money" and got.value == 0)


def _shown(kpi: Kpi, got: DurationWindow, currency: str) -> str:
    if got.value is None:
        return f"- ({got.n})" if got.n else "-"
    thin = "*" if got.n < kpi.minimum_n else ""
    if kpi.unit == "money":
        text = money.shown(got.value, currency)
        return text if kpi.kind == "count" else f"{text}{thin} ({got.n})"
    if kpi.unit == "ratio":
        return f"{got.value:.0%}{thin} ({got.n})"
    if kpi.unit == "count":
        return f"{got.value:.0f}"
    return f"{got.value:.3g}{SUFFIX[kpi.unit]}{thin} ({got.n})"


SUFFIX = {"days": " d", "hours": " h", "score": ""}


def render(table: KpiTable, shape: str, console: Console) -> None:
    """Print in one of the shapes; an empty table says so, and how to look further."""
    asked = table.question
    if shape == "json":
        console.file.write(as_json(table) + "\n")
    elif shape == "csv":
        console.file.write(as_csv(table))
    elif not table.rows:
        console.print(
            f"Nothing for {asked.tenant} by {asked.dimension} from {asked.first} to {asked.last}: "
            "try a longer --from/--to, or look at the tenant's id in the configuration."
        )
    else:
        console.print(as_rich(table, console.width))
