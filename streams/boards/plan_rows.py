"""The rows of the plan panel: every target with its actual, state and forecast, what is behind first.

SQL alone has neither quantiles nor forecasts, so that the page reads them as `hirelay plan show` does.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from schemas import money
from schemas.cells import ALL, TOTAL
from schemas.kpis.catalogue import BY_ID
from schemas.planning.targets import Target, Targets
from schemas.tenants.config import Tenant
from streams.reading.plan import PlanLine, PlanRequest, fetch_lines

TARGETS = """
select kpi, dimension, member, basis, first, last, period, plan, better
from v_targets
where tenant = {tenant:String}
    and ({dimension:String} = 'total' or (dimension = {dimension:String} and member = {member:String}))
"""
ORDER = ("behind", "unknown", "on", "ahead")


def plan_rows(client: Any, tenant: Tenant, parameters: dict[str, Any]) -> list[list[Any]]:
    """Return a row per target of the day `as_of`, in the columns of `specs.shared.PLAN`.

    The state is a word `plan.<state>`; the forecast is `[mean, low, high, probability of reaching the target]` or null.
    """
    periods: dict[Target, str] = {}
    for row in client.query(TARGETS, parameters=parameters).result_rows:
        if row[0] in BY_ID:
            target = _target(tenant, row)
            periods[target] = row[6]
    request = PlanRequest(
        tenant=tenant, targets=Targets(targets=tuple(periods)), as_of=parameters["as_of"]
    )
    lines = sorted(fetch_lines(client, request), key=_rank)
    return [list(_cells(line, periods[line.target])) for line in lines]


def _target(tenant: Tenant, row: tuple[Any, ...]) -> Target:
    kpi, dimension, member, basis, first, last, _, plan, better = row
    value = money.to_major(plan, tenant.currency) if BY_ID[kpi].unit == "money" else plan
    days: dict[str, date] = {"from": first, "to": last}
    bound = "at_least" if better > 0 else "at_most"
    return Target.model_validate(
        {"tenant": tenant.id, "kpi": kpi, "dimension": dimension, "member": member, "basis": basis, bound: value, **days}
    )  # fmt: skip


def _rank(line: PlanLine) -> tuple[int, bool, float]:
    """Sort what is behind first, the whole company before its parts, and the least achieved first."""
    comparison = line.comparison
    return ORDER.index(comparison.state), line.target.dimension != TOTAL, comparison.achieved or 0


def _cells(line: PlanLine, period: str) -> Iterator[Any]:
    target, comparison, forecast = line.target, line.comparison, line.forecast
    yield from (f"plan.{comparison.state}", target.kpi, "" if target.member == ALL else line.label)
    yield from (period, comparison.actual, comparison.plan_to_date, comparison.plan)
    yield from (comparison.achieved, comparison.n if target.definition.counts_cases else None)
    yield forecast and [forecast.mean, forecast.low, forecast.high, forecast.reach]
