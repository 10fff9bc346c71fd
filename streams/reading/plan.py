"""予実 queries for one tenant: the targets of a period with actuals and forecasts from ClickHouse."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas import money
from schemas.cells import ALL, DECISION, ENTRY, FULL_DIMENSIONS, TOTAL
from schemas.instants import day_number
from schemas.kpis.definition import evaluate
from schemas.kpis.durations import DailyTallies, DurationWindow, evaluate_duration
from schemas.planning.actuals import PlanComparison, actual_vs_plan
from schemas.planning.forecast import (
    TRIANGLES,
    Cohorts,
    TargetForecast,
    forecast_target,
    is_running,
)
from schemas.planning.periods import Period
from schemas.planning.targets import Target, Targets
from schemas.tenants.config import Tenant
from streams.reading import kpis as kpi_query

CASES = """
select
    basis,
    day,
    measure,
    value
from v_cells
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and member = {member:String}
    and day <= {as_of:Date}
    and (
        (basis = 'entry' and startsWith(measure, 'days.application.'))
        or (basis = 'decision' and measure in ('applications', 'offers_accepted', 'hired'))
        or (basis = 'decision' and startsWith(measure, 'start_days.'))
    )
order by day, measure
"""


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """The tenant's targets as known at the end of local day `as_of`; without `period`, those active on that day."""

    tenant: Tenant
    targets: Targets
    as_of: date
    period: Period | None = None
    arrivals: bool = False

    def selected_targets(self) -> list[Target]:
        """Return the tenant's targets whose period overlaps the requested period."""
        days = self.period or Period(self.as_of, self.as_of)
        ours = [target for target in self.targets.targets if target.tenant == self.tenant.id]
        return [target for target in ours if self.targets.days(target).overlaps(days)]


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """One target. `has_data` says whether anything was counted for its member in the period; `label` is a job's name."""

    target: Target
    days: Period
    label: str
    has_data: bool
    comparison: PlanComparison
    forecast: TargetForecast | None


def fetch_lines(client: Any, request: PlanRequest) -> tuple[PlanLine, ...]:
    """Return a line for every selected target, in file order."""
    reader = _PlanReader(client, request)
    return tuple(_line(reader, target) for target in request.selected_targets())


def _line(reader: "_PlanReader", target: Target) -> PlanLine:
    request, days = reader.request, reader.request.targets.days(target)
    actual, row = reader.actual(target, days)
    comparison = actual_vs_plan(target, days, actual, request.as_of)
    return PlanLine(
        target=target,
        days=days,
        label=target.member if row is None else row.label,
        has_data=row is not None,
        comparison=comparison,
        forecast=_forecast(reader, target, days, comparison),
    )


def _forecast(
    reader: "_PlanReader", target: Target, days: Period, comparison: PlanComparison
) -> TargetForecast | None:
    cases = target.definition.forecast
    by_decision = target.dimension in FULL_DIMENSIONS and target.basis == DECISION
    if cases is None or not by_decision or not is_running(days, reader.request.as_of):
        return None
    to_triangle = TRIANGLES[cases]
    return forecast_target(
        Cohorts(
            own=to_triangle(reader.history(target.dimension, target.member)),
            company=to_triangle(reader.history(TOTAL, ALL)),
        ),
        done=int(comparison.actual or 0),
        plan=comparison.plan,
        remaining=(reader.request.as_of, days.last),
        arrivals=reader.request.arrivals,
    )


@dataclass
class _PlanReader:
    """Reads and caches query results, because targets share windows and the company's history."""

    client: Any
    request: PlanRequest
    tables: dict[tuple[str, str, Period], kpi_query.KpiTable] = field(default_factory=dict)
    histories: dict[tuple[str, str], DailyTallies] = field(default_factory=dict)

    def actual(
        self, target: Target, days: Period
    ) -> tuple[DurationWindow, kpi_query.KpiRow | None]:
        """Return the value up to the requested day in the target's unit, and its row; None before the period."""
        if days.first > self.request.as_of:
            return DurationWindow(None, 0), None
        table = self._table(target, Period(days.first, min(days.last, self.request.as_of)))
        row = next((row for row in table.rows if row.member == target.member), None)
        definition = target.definition
        if row is not None:
            result = table.value(definition, row)
        elif definition.additive:
            empty = evaluate(definition, {})
            result = DurationWindow(empty.value, empty.n)
        else:
            result = evaluate_duration(definition, DailyTallies(), 0)
        if definition.unit == "money" and result.value is not None:
            result = DurationWindow(
                money.to_major(result.value, self.request.tenant.currency), result.n
            )
        return result, row

    def _table(self, target: Target, window: Period) -> kpi_query.KpiTable:
        key = (target.dimension, target.basis, window)
        if key not in self.tables:
            query = kpi_query.KpiQuery(
                tenant=self.request.tenant.id,
                dimension=target.dimension,
                basis=target.basis,
                first=window.first,
                last=window.last,
                as_of=self.request.as_of,
            )
            self.tables[key] = kpi_query.fetch_kpis(self.client, query)
        return self.tables[key]

    def history(self, dimension: str, member: str) -> DailyTallies:
        """Return all tallies of the member's applications, acceptances and joins up to the requested day."""
        if (dimension, member) not in self.histories:
            parameters = {
                "tenant": self.request.tenant.id,
                "dimension": dimension,
                "member": member,
                "as_of": self.request.as_of,
            }
            tallies = DailyTallies()
            for basis, day, name, value in self.client.query(
                CASES, parameters=parameters
            ).result_rows:
                by_day = tallies.entered if basis == ENTRY else tallies.decided
                by_day.setdefault(day_number(day), {})[name] = int(value)
            self.histories[dimension, member] = tallies
        return self.histories[dimension, member]
