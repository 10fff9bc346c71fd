"""予実 of one company from ClickHouse: every target of a period beside what was counted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas import money
from schemas.cells import ALL, DECISION, ENTRY, FULL, TOTAL
from schemas.instants import day_number
from schemas.kpis.definition import measure
from schemas.kpis.durations import Days, DurationWindow, judge
from schemas.planning.actuals import Compared, actual_vs_plan
from schemas.planning.forecast import Cases, Outlook, applying, joining, outlook, remains
from schemas.planning.periods import Period
from schemas.planning.targets import Target, Targets
from schemas.statistics.triangle import Triangle
from schemas.tenants.config import Tenant
from streams.tools.kpi import query as kpi_query

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
# Whose future is forecast: of hires from the applications in flight, of joins from those who accepted.
FORECAST: dict[str, Callable[[Days], Triangle]] = {"hires": applying, "joins": joining}


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """Whose targets, as known at the end of which local day. `period` None means those in force on that day."""

    tenant: Tenant
    targets: Targets
    as_of: date
    period: Period | None = None
    arrivals: bool = False

    def chosen(self) -> list[Target]:
        """The targets whose period shares a day with what was asked for."""
        days = self.period or Period(self.as_of, self.as_of)
        ours = [each for each in self.targets.targets if each.tenant == self.tenant.id]
        return [each for each in ours if self.targets.days(each).overlaps(days)]


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """One target. `known` says that anything was counted of its member in the period; `label` names a job."""

    target: Target
    days: Period
    label: str
    known: bool
    compared: Compared
    outlook: Outlook | None


def lines(client: Any, asked: PlanRequest) -> tuple[PlanLine, ...]:
    """A line for every chosen target, in the order of the file."""
    numbers = _Numbers(client, asked)
    return tuple(_line(numbers, target) for target in asked.chosen())


def _line(numbers: "_Numbers", target: Target) -> PlanLine:
    asked, days = numbers.asked, numbers.asked.targets.days(target)
    actual, row = numbers.actual(target, days)
    compared = actual_vs_plan(target, days, actual, asked.as_of)
    return PlanLine(
        target=target,
        days=days,
        label=target.member if row is None else row.label,
        known=row is not None,
        compared=compared,
        outlook=_outlook(numbers, target, days, compared),
    )


def _outlook(
    numbers: "_Numbers", target: Target, days: Period, compared: Compared
) -> Outlook | None:
    told = target.kpi in FORECAST and target.dimension in FULL and target.basis == DECISION
    if not told or not remains(days, numbers.asked.as_of):
        return None
    begun = FORECAST[target.kpi]
    return outlook(
        Cases(
            own=begun(numbers.cases(target.dimension, target.member)),
            company=begun(numbers.cases(TOTAL, ALL)),
        ),
        done=int(compared.actual or 0),
        plan=compared.plan,
        left=(numbers.asked.as_of, days.last),
        arrivals=numbers.asked.arrivals,
    )


@dataclass
class _Numbers:
    """What was read already, because targets share windows and the company's history."""

    client: Any
    asked: PlanRequest
    tables: dict[tuple[str, str, Period], kpi_query.KpiTable] = field(default_factory=dict)
    begun: dict[tuple[str, str], Days] = field(default_factory=dict)

    def actual(
        self, target: Target, days: Period
    ) -> tuple[DurationWindow, kpi_query.KpiRow | None]:
        """The value up to the day that was asked for, in the target's unit; none before the period."""
        if days.first > self.asked.as_of:
            return DurationWindow(None, 0), None
        table = self._table(target, Period(days.first, min(days.last, self.asked.as_of)))
        row = next((each for each in table.rows if each.member == target.member), None)
        definition = target.definition
        if row is not None:
            got = table.value(definition, row)
        elif definition.additive:
            nothing = measure(definition, {})
            got = DurationWindow(nothing.value, nothing.n)
        else:
            got = judge(definition, Days(), 0)
        if definition.unit == "money" and got.value is not None:
            got = DurationWindow(money.major(got.value, self.asked.tenant.currency), got.n)
        return got, row

    def _table(self, target: Target, window: Period) -> kpi_query.KpiTable:
        at = (target.dimension, target.basis, window)
        if at not in self.tables:
            question = kpi_query.Question(
                tenant=self.asked.tenant.id,
                dimension=target.dimension,
                basis=target.basis,
                first=window.first,
                last=window.last,
                as_of=self.asked.as_of,
            )
            self.tables[at] = kpi_query.show(self.client, question)
        return self.tables[at]

    def cases(self, dimension: str, member: str) -> Days:
        """Everything ever counted of the member's applications, acceptances and joins, up to the day asked for."""
        if (dimension, member) not in self.begun:
            asked = {
                "tenant": self.asked.tenant.id,
                "dimension": dimension,
                "member": member,
                "as_of": self.asked.as_of,
            }
            found = Days()
            for basis, day, name, value in self.client.query(CASES, parameters=asked).result_rows:
                by_day = found.begun if basis == ENTRY else found.decided
                by_day.setdefault(day_number(day), {})[name] = int(value)
            self.begun[dimension, member] = found
        return self.begun[dimension, member]
