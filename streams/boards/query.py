"""What somebody looks at, and the rows that answer a panel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.cells import ALL, FULL, INTERVIEWER, JOB, TOTAL
from schemas.errors import Malformed
from schemas.money import decimals
from schemas.planning.periods import YEARS
from schemas.tenants.config import Tenancy, Tenant
from streams.boards.spec import Panel

SHOWN = (*FULL, INTERVIEWER)  # whose members boards can tell of alone
WINDOW = 90  # days shown when nobody says which, as `hirelay kpi show` does
# Interviewers by their decisions, and never one of whom there are too few.
MEMBERS = """
select member, cases
from
(
    select member, sum(n) as cases
    from v_kpis(
        tenant = {tenant:String}, dimension = {dimension:String}, basis = 'cohort', first = {first:Date}, last = {last:Date}
    )
    where kpi = 'applications' and {dimension:String} != 'interviewer'
    group by member
    union all
    select person as member, n as cases
    from v_interviewers(tenant = {tenant:String}, milestone = '', first = {first:Date}, last = {last:Date})
    where people = 1 and n >= 5 and {dimension:String} = 'interviewer'
)
order by cases desc, member
limit 200
"""
TITLES = """
select job_id, argMax(job_name, time) as title
from v_events
where tenant = {tenant:String} and job_id != '' and job_name != ''
group by job_id
"""
# Ids are made of the company, so one is enough to find it.
PLACE = """
select tenant, since, until, window_days
from v_breaches
where id = {breach:String}
"""


@dataclass(frozen=True, kw_only=True)
class PanelRequest:
    """Whose numbers, of which local days (both included), of which member."""

    tenant: Tenant
    first: date
    last: date
    today: date
    dimension: str = TOTAL
    member: str = ALL

    def parameters(self) -> dict[str, Any]:
        """The parameters that every query of a board takes."""
        return {
            "tenant": self.tenant.id,
            "first": self.first,
            "last": self.last,
            "as_of": min(self.last, self.today),
            "before": self.first - timedelta(days=1),
            "dimension": self.dimension,
            "member": self.member,
            "minor": 10 ** decimals(self.tenant.currency),
        }


def asked(query: Mapping[str, str], tenant: Tenant, today: date) -> PanelRequest:
    """The question in a page's address; raise Malformed where it makes no sense."""
    last = _day(query.get("to", ""), today)
    first = _day(query.get("from", ""), last - timedelta(days=WINDOW))
    dimension = query.get("dimension") or TOTAL
    member = query.get("member") or ALL
    if first > last:
        raise Malformed("window", f"{first} is after {last}")
    if dimension not in SHOWN:
        raise Malformed("dimension", f"{dimension!r} is none of {', '.join(SHOWN)}")
    if dimension == TOTAL:
        member = ALL
    return PanelRequest(
        tenant=tenant, first=first, last=last, today=today, dimension=dimension, member=member
    )


def _day(text: str, otherwise: date) -> date:
    if not text:
        return otherwise
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Malformed("day", f"{text!r} is not a day; write it as 2026-11-24") from error
    if day.year not in YEARS:
        raise Malformed("day", f"{day}: days are counted from {YEARS[0]} to {YEARS[-1]}")
    return day


def answer(client: Any, panel: Panel, question: PanelRequest) -> list[list[Any]]:
    """The rows of a panel, in the order of its columns; days and instants as ISO text."""
    found = client.query(panel.sql, parameters=question.parameters())
    return [[_plain(value) for value in row] for row in found.result_rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def members(client: Any, question: PanelRequest) -> list[tuple[str, str]]:
    """The members of the dimension that had applications (interviewers: decisions), biggest first, with their names."""
    parameters = question.parameters()
    found = client.query(MEMBERS, parameters=parameters).result_rows
    names: dict[str, str] = {}
    if question.dimension == JOB:
        names = dict(client.query(TITLES, parameters=parameters).result_rows)
    return [(member, names.get(member, member)) for member, _ in found]


@dataclass(frozen=True, kw_only=True)
class BreachPlace:
    """Where a breach is seen: on the board of which company, in which days around it."""

    tenant: str
    first: date
    last: date


def place(
    client: Any, tenancy: Tenancy, breach: str, today: Callable[[Tenant], date]
) -> BreachPlace:
    """The days from one window before it began to one after it ended, or to today; raise Malformed for none of ours."""
    for tenant_id, since, until, window in client.query(
        PLACE, parameters={"breach": breach}
    ).result_rows:
        tenant = tenancy.tenant(tenant_id)
        if tenant is not None:
            around, now = timedelta(days=window), today(tenant)
            last = now if until is None else min(now, until + around)
            return BreachPlace(tenant=tenant_id, first=min(since, last) - around, last=last)
    raise Malformed("breach", "there is no such breach")
