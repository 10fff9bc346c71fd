"""Numbers as readers quote them: from the JSON file of a report, or by the address of a board."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from schemas.cells import ALL, BASES, DECISION, DIMENSIONS, TOTAL, Basis
from schemas.errors import Malformed
from schemas.instants import local_today
from schemas.kpis.definition import Kpi
from schemas.money import to_minor
from schemas.reporting.model import Report, ReportCell, ReportPanel
from schemas.tenants.config import Tenancy
from streams.boards.query import parse_request
from streams.configuration.targets import require_tenant
from streams.reading.kpis import KpiQuery, fetch_kpis
from streams.reporting.renewing import load_report
from streams.tools.kpi import definitions

HOW = "write FILE.json#KPI or BOARD-ADDRESS#KPI, such as aoba-2026-10-ja.json#hires or ...#hires@channel=doda"


@dataclass(frozen=True, kw_only=True)
class QuotedNumber:
    """One value with all that decides it; `as_of` is the last day counted.

    `heard` is the arrival of the last event that it includes; None: of all that have arrived. Money is in minor units.
    """

    source: str
    tenant: str
    kpi: Kpi
    dimension: str
    member: str
    basis: Basis
    first: date
    last: date
    as_of: date
    heard: datetime | None
    value: float | None
    currency: str
    timezone: str

    @property
    def query(self) -> KpiQuery:
        """The query of `hirelay kpi show` that returns it."""
        return KpiQuery(
            tenant=self.tenant,
            dimension=self.dimension,
            basis=self.basis,
            first=self.first,
            last=self.last,
            as_of=self.as_of,
            kpis=(self.kpi.id,),
        )


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """What follows the `#`: the KPI and, unless it is the company's, whose; `basis` if it is not the source's own."""

    kpi: Kpi
    dimension: str = TOTAL
    member: str = ALL
    basis: Basis | None = None


def parse_fragment(text: str) -> Fragment:
    """Parse `KPI`, `KPI@channel=doda` and either with `,basis=cohort`; raise Malformed."""
    main, _, option = text.partition(",basis=")
    name, _, place = main.partition("@")
    dimension, _, member = place.partition("=")
    basis = next((basis for basis in BASES if basis == option), None)
    if not name or (option and basis is None) or (place and not member):
        raise Malformed("number", f"{text!r}: {HOW}")
    if place and dimension not in DIMENSIONS:
        raise Malformed("number", f"{dimension!r} is not one of {', '.join(DIMENSIONS)}")
    kpi = definitions.find(name)
    if not place:
        return Fragment(kpi=kpi, basis=basis)
    return Fragment(kpi=kpi, dimension=dimension, member=member, basis=basis)


def read_quote(client: Any, text: str, tenancy: Tenancy, now: datetime) -> QuotedNumber:
    """Return the number that a text names; raise Malformed and Misconfigured.

    A report's number is the one that the file holds; a board's is read from ClickHouse.
    """
    source, sharp, words = text.rpartition("#")
    if not sharp:
        raise Malformed("number", f"{text!r}: {HOW}")
    fragment = parse_fragment(words)
    if urlsplit(source).scheme in {"http", "https"}:
        return _of_board(client, source, fragment, tenancy, now)
    return _of_report(Path(source), fragment, tenancy)


def _of_report(path: Path, fragment: Fragment, tenancy: Tenancy) -> QuotedNumber:
    report = load_report(path)
    for panel, cell in _matching(report, fragment):
        return QuotedNumber(
            source=path.name,
            tenant=report.tenant,
            kpi=fragment.kpi,
            dimension=fragment.dimension,
            member=fragment.member,
            basis=next(basis for basis in BASES if basis == panel.basis),
            first=report.first,
            last=min(report.last, report.as_of),
            as_of=report.as_of,
            heard=report.data_as_of,
            value=_own_unit(cell, report.currency),
            currency=report.currency,
            timezone=require_tenant(tenancy, report.tenant).timezone,
        )
    raise _missing(report, path.name, fragment)


def _missing(report: Report, name: str, fragment: Fragment) -> Malformed:
    """The refusal of a number that the report lacks, with those that it has."""
    available = sorted(
        {cell.kpi for panel in _panels(report) for row in panel.rows for cell in row}
    )
    whose = "" if fragment.dimension == TOTAL else f" of {fragment.dimension} {fragment.member}"
    what = f"{name} has no {fragment.kpi.id}{whose}; it has {', '.join(filter(None, available))}"
    return Malformed("number", what)


def _own_unit(cell: ReportCell, currency: str) -> float | None:
    """The value as cells have it: reports have money in major units."""
    if cell.value is None:
        return None
    return to_minor(float(cell.value), currency) if cell.unit == "money" else float(cell.value)


def _panels(report: Report) -> Iterator[ReportPanel]:
    for section in report.sections:
        yield from (panel for panel in section.panels if panel.basis in BASES)


def _matching(report: Report, fragment: Fragment) -> Iterator[tuple[ReportPanel, ReportCell]]:
    """Yield the cells of the KPI in rows about exactly the member; a row without names is about the company."""
    for panel in _panels(report):
        if fragment.basis not in {None, panel.basis}:
            continue
        for row in panel.rows:
            names = {
                column.name: cell.value
                for column, cell in zip(panel.columns, row, strict=True)
                if not column.numeric and cell.unit != "kpi"
            }
            if names != _names(fragment):
                continue
            for column, cell in zip(panel.columns, row, strict=True):
                if cell.kpi == fragment.kpi.id and column.name in {"value", fragment.kpi.id}:
                    yield panel, cell


def _names(fragment: Fragment) -> Mapping[str, str]:
    return {} if fragment.dimension == TOTAL else {fragment.dimension: fragment.member}


def _of_board(
    client: Any, address: str, fragment: Fragment, tenancy: Tenancy, now: datetime
) -> QuotedNumber:
    query = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    tenant = require_tenant(tenancy, query.get("tenant", ""))
    request = parse_request(query, tenant, local_today(now, tenant.timezone))
    at_company = fragment.dimension == TOTAL
    dimension = request.dimension if at_company else fragment.dimension
    member = request.member if at_company else fragment.member
    own = DECISION if DECISION in fragment.kpi.bases else fragment.kpi.bases[0]
    number = QuotedNumber(
        source=urlsplit(address).netloc,
        tenant=tenant.id,
        kpi=fragment.kpi,
        dimension=dimension,
        member=member,
        basis=fragment.basis or own,
        first=request.first,
        last=request.last,
        as_of=min(request.last, request.today),
        heard=None,
        value=None,
        currency=tenant.currency,
        timezone=tenant.timezone,
    )
    table = fetch_kpis(client, number.query)
    rows = [row for row in table.rows if row.member == member]
    return replace(number, value=table.value(number.kpi, rows[0]).value) if rows else number
