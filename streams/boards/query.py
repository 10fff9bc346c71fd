"""Requests from the board page, and the queries that answer them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.cells import ALL, TOTAL
from schemas.errors import Malformed
from schemas.kpis.catalogue import MEMBER_SIZE
from schemas.money import decimals
from schemas.planning.periods import YEARS
from schemas.tenants.config import Tenancy, Tenant
from schemas.text.languages import LANGUAGES, Language
from streams.boards.plan_rows import plan_rows
from streams.boards.spec import DIMENSIONS, Panel
from streams.reading.names import fetch_names

DEFAULT_WINDOW_DAYS = 90  # days shown by default, as in `hirelay kpi show`
# Interviewers are ordered by decisions; those with too few decisions are left out.
OF_SIZE = f"kpi = '{MEMBER_SIZE.id}'" if MEMBER_SIZE else "true"
MEMBERS = f"""
select member, cases
from
(
    select member, sum(n) as cases
    from v_kpis(
        tenant = {{tenant:String}}, dimension = {{dimension:String}}, basis = 'cohort', first = {{first:Date}}, last = {{last:Date}}
    )
    where {OF_SIZE} and {{dimension:String}} != 'interviewer'
    group by member
    union all
    select person as member, n as cases
    from v_interviewers(tenant = {{tenant:String}}, milestone = '', first = {{first:Date}}, last = {{last:Date}})
    where people = 1 and n >= 5 and {{dimension:String}} = 'interviewer'
)
order by cases desc, member
limit 1000
"""  # noqa: S608 built from constants
# A breach id is derived from its tenant, so it is enough to identify one.
BREACH_WINDOW = """
select tenant, since, until, window_days
from v_breaches
where id = {breach:String}
"""


@dataclass(frozen=True, kw_only=True)
class PanelRequest:
    """The tenant, local days (both inclusive) and member whose numbers are requested.

    They are compared with the window of equal length that ends on `before`, by default the day before the first.
    """

    tenant: Tenant
    first: date
    last: date
    today: date
    dimension: str = TOTAL
    member: str = ALL
    before: date | None = None

    def parameters(self) -> dict[str, Any]:
        """The parameters of every board query."""
        return {
            "tenant": self.tenant.id,
            "first": self.first,
            "last": self.last,
            "as_of": min(self.last, self.today),
            "before": self.before or self.first - timedelta(days=1),
            "dimension": self.dimension,
            "member": self.member,
            "minor": 10 ** decimals(self.tenant.currency),
        }


def parse_request(query: Mapping[str, str], tenant: Tenant, today: date) -> PanelRequest:
    """Parse the query string of the page; raise Malformed if it is invalid."""
    last = _parse_day(query.get("to", ""), today)
    first = _parse_day(query.get("from", ""), last - timedelta(days=DEFAULT_WINDOW_DAYS - 1))
    dimension = query.get("dimension") or TOTAL
    member = query.get("member") or ALL
    if first > last:
        raise Malformed("window", f"{first} is after {last}")
    if dimension not in DIMENSIONS:
        raise Malformed("dimension", f"{dimension!r} is not one of {', '.join(DIMENSIONS)}")
    if dimension == TOTAL:
        member = ALL
    return PanelRequest(
        tenant=tenant,
        first=first,
        last=last,
        today=today,
        dimension=dimension,
        member=member,
        before=_parse_day(query.get("before", ""), first - timedelta(days=1)),
    )


def parse_language(query: Mapping[str, str], tenant: Tenant) -> Language:
    """Return the language that the query string names, by default the company's; raise Malformed for one without texts."""
    name = query.get("lang") or tenant.language
    for language in LANGUAGES:
        if name == language:
            return language
    raise Malformed("lang", f"{name!r} is not one of {', '.join(LANGUAGES)}")


def _parse_day(text: str, default: date) -> date:
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Malformed("day", f"{text!r} is not a day; use the format 2026-11-24") from error
    if day.year not in YEARS:
        raise Malformed("day", f"{day} is out of range: years are from {YEARS[0]} to {YEARS[-1]}")
    return day


def fetch_rows(client: Any, panel: Panel, request: PanelRequest) -> list[list[Any]]:
    """Return the rows of a panel in column order; days and instants as ISO text."""
    if panel.answered_by == "plan":
        return plan_rows(client, request.tenant, request.parameters())
    rows = client.query(panel.sql, parameters=request.parameters()).result_rows
    return [[_to_json(value) for value in row] for row in rows]


def _to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def fetch_members(client: Any, request: PanelRequest) -> list[tuple[str, str]]:
    """Return members of the dimension with applications (interviewers: decisions), largest first, as (id, name)."""
    parameters = request.parameters()
    rows = client.query(MEMBERS, parameters=parameters).result_rows
    names = fetch_names(client, request.tenant.id, request.dimension)
    return [(member, names.get(member, member)) for member, _ in rows]


def fetch_member_name(client: Any, request: PanelRequest) -> str:
    """Return the name of the member whose numbers are requested, or its id."""
    return fetch_names(client, request.tenant.id, request.dimension).get(
        request.member, request.member
    )


@dataclass(frozen=True, kw_only=True)
class BreachLocation:
    """The tenant and window in which a board shows a breach."""

    tenant: str
    first: date
    last: date


def locate_breach(
    client: Any, tenancy: Tenancy, breach: str, today: Callable[[Tenant], date]
) -> BreachLocation:
    """Return one window before the breach began to one after it ended, or to today; raise Malformed if unknown."""
    for tenant_id, since, until, window in client.query(
        BREACH_WINDOW, parameters={"breach": breach}
    ).result_rows:
        tenant = tenancy.tenant(tenant_id)
        if tenant is not None:
            margin, now = timedelta(days=window), today(tenant)
            last = now if until is None else min(now, until + margin)
            return BreachLocation(tenant=tenant_id, first=min(since, last) - margin, last=last)
    raise Malformed("breach", "no such breach")
