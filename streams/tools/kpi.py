"""`hirelay kpi show`: KPIs of one company from ClickHouse, as a table, JSON or CSV."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from schemas.cells import INTERVIEWER
from schemas.kpis import KPIS, Kpi, Measured, measure

QUERY = """
select member, measure, sum(value) as value
from v_cells
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and basis = {basis:String}
    and day between {first:Date} and {last:Date}
group by member, measure
having value != 0
order by member, measure
"""
NAMES = """
select job_id, argMax(job_name, time) as name
from v_events
where tenant = {tenant:String} and job_id != '' and job_name != ''
group by job_id
"""

# Measures of an application belong to whoever decided it; these are what an interviewer's cells hold.
OF_INTERVIEWERS = ("interviews_held", "stage_pass_rate", "feedback_positive_rate", "withdraw_rate")
WIDE, NARROW = (
    13,
    9,
)  # columns of the terminal that a KPI needs beside others, and a member beside others


@dataclass(frozen=True, kw_only=True)
class Row:
    """One member and its raw sums."""

    member: str
    label: str
    tally: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Table:
    """The answer, with everything a reader needs to know what the numbers mean."""

    tenant: str
    dimension: str
    basis: str
    first: date
    last: date
    rows: tuple[Row, ...]

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        """The KPIs that make sense for the dimension."""
        return tuple(
            kpi for kpi in KPIS if self.dimension != INTERVIEWER or kpi.id in OF_INTERVIEWERS
        )


def show(  # noqa: PLR0913 - the options of one question
    client: Any,
    *,
    tenant: str,
    dimension: str,
    first: date,
    last: date,
    basis: str,
) -> Table:
    """The sums of `first` to `last`, both included, biggest member first."""
    asked = {"tenant": tenant, "dimension": dimension, "basis": basis, "first": first, "last": last}
    tallies: dict[str, dict[str, int]] = {}
    for member, name, value in client.query(QUERY, parameters=asked).result_rows:
        tallies.setdefault(member, {})[name] = int(value)
    names: dict[str, str] = {}
    if dimension == "job":
        names = dict(client.query(NAMES, parameters={"tenant": tenant}).result_rows)
    rows = [
        Row(member=each, label=names.get(each, each), tally=tally)
        for each, tally in tallies.items()
    ]
    rows.sort(key=lambda row: (-_size(row.tally), row.member))
    return Table(
        tenant=tenant, dimension=dimension, basis=basis, first=first, last=last, rows=tuple(rows)
    )


def _size(tally: dict[str, int]) -> int:
    return tally.get("applications", 0) + tally.get("interviews_held", 0)


def as_json(table: Table) -> str:
    """Raw sums and finished KPIs of every member."""
    return json.dumps(
        {
            "tenant": table.tenant,
            "dimension": table.dimension,
            "basis": table.basis,
            "from": table.first.isoformat(),
            "to": table.last.isoformat(),
            "rows": [
                {
                    "member": row.member,
                    "label": row.label,
                    "measures": row.tally,
                    "kpis": {
                        kpi.id: {"value": got.value, "n": got.n, "thin": got.n < kpi.minimum_n}
                        for kpi in table.kpis
                        for got in (measure(kpi, row.tally),)
                    },
                }
                for row in table.rows
            ],
        },
        ensure_ascii=False,
    )


def as_csv(table: Table) -> str:
    """One line a member and KPI: tenant, dimension, member, label, basis, from, to, kpi, value, n."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(
        ["tenant", "dimension", "member", "label", "basis", "from", "to", "kpi", "value", "n"]
    )
    for row in table.rows:
        for kpi in table.kpis:
            got = measure(kpi, row.tally)
            value = "" if got.value is None else f"{got.value:g}"
            head = [
                table.tenant,
                table.dimension,
                row.member,
                row.label,
                table.basis,
                table.first,
                table.last,
            ]
            writer.writerow([*head, kpi.id, value, got.n])
    return output.getvalue()


def as_rich(table: Table, width: int) -> RichTable:
    """A table for people, titles in Japanese and English; a rate of too few cases is marked.

    One line a member; where that is wider than `width` columns, one line a KPI.
    """
    rich = RichTable(
        title=f"{table.tenant}: {table.dimension}, {table.first} to {table.last}, {table.basis} basis",
        caption="n in brackets; * データ不足: too few cases for a rate",
    )
    kpis = [
        kpi
        for kpi in table.kpis
        if not kpi.quiet or any(measure(kpi, row.tally).value for row in table.rows)
    ]
    shown = [[_shown(kpi, measure(kpi, row.tally)) for kpi in kpis] for row in table.rows]
    if WIDE * (1 + len(kpis)) > width > NARROW * len(table.rows):
        rich.add_column("", no_wrap=True)
        for row in table.rows:
            rich.add_column(row.label, justify="right", overflow="fold")
        for kpi, *cells in zip(kpis, *shown, strict=True):
            rich.add_row(f"{kpi.ja}\n[dim]{kpi.en}[/]", *cells)
        return rich
    rich.add_column(table.dimension, overflow="fold")
    for kpi in kpis:
        rich.add_column(f"{kpi.ja}\n{kpi.en}", justify="right")
    for row, cells in zip(table.rows, shown, strict=True):
        rich.add_row(row.label, *cells)
    return rich


def _shown(kpi: Kpi, got: Measured) -> str:
    if got.value is None:
        return "-"
    thin = "*" if got.n < kpi.minimum_n else ""
    if kpi.unit == "ratio":
        return f"{got.value:.0%}{thin} ({got.n})"
    if kpi.unit == "days":
        return f"{got.value:g} d{thin} ({got.n})"
    return f"{got.value:.0f}"


def render(table: Table, shape: str, console: Console) -> None:
    """Print in one of the shapes; an empty table says so, and how to look further."""
    if shape == "json":
        console.file.write(as_json(table) + "\n")
    elif shape == "csv":
        console.file.write(as_csv(table))
    elif not table.rows:
        console.print(
            f"Nothing for {table.tenant} by {table.dimension} from {table.first} to {table.last}: "
            "try a longer --from/--to, or look at the tenant's id in the configuration."
        )
    else:
        console.print(as_rich(table, console.width))
