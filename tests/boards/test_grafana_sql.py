"""Grafana queries on a real ClickHouse equal the local page for the same days."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.cells import ALL, TOTAL
from schemas.kpis.catalogue import BY_ID
from schemas.tenants.config import Tenancy, Tenant
from schemas.text.languages import LANGUAGES, translate
from schemas.text.units import format_value
from schemas.text.words import COST_KINDS, MILESTONES, UNKNOWN
from sinks.clickhouse import relay_findings, tenants
from sinks.clickhouse.rows import BreachRow, EpochRow, KpiCell, MemberRow, PlannedTarget
from sinks.clickhouse.writer import Writer
from streams.boards.grafana.dashboard import dashboards
from streams.boards.grafana.queries import PARAMETER_EXPRESSIONS, mixed_unit_columns, panel_targets
from streams.boards.grafana.units import grafana_decimals, grafana_unit
from streams.boards.grafana.variables import variables
from streams.boards.query import MEMBERS, PanelRequest
from streams.boards.spec import NAMES, Board, Column, Panel
from streams.boards.specs import shared
from streams.boards.specs.catalogue import BOARDS
from streams.boards.specs.catalogue import BY_ID as BY_BOARD
from streams.boards.words import label
from tests.boards.expanding import FROM, TO, expand
from tests.boards.test_panel_sql import rule_coverage
from tests.golden.season_events import season_delivery
from tests.golden.test_golden import season_tenancy
from tests.relay.season import relay_season, season_findings
from tests.sinks.test_views import write
from tests.vendors.folding import folded_cells

FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
COMPANY = "grafana"
PANELS = [
    pytest.param(board, panel, language, id=f"{language}/{board.id}/{panel.id}")
    for board in BOARDS
    for panel in board.panels
    for language in LANGUAGES
    if language == "ja" or panel.kind in ("tiles", "stack")  # other kinds have no text in the query
]
MEMBER_PANELS = [
    panel
    for panel in {panel.id: panel for board in BOARDS for panel in board.panels}.values()
    if panel.id not in {"jobs", "pace"}  # as of today, or drawn over time
]
IDS = ", ".join(f"'{digit * 16}'" for digit in "123")
COUNTED_BY_GATEWAYS = "connections"  # its rows come from the gateway, not from the golden season


@pytest.fixture(scope="module")
def company(client: Any) -> Iterator[Tenant]:
    """The golden season with a hires target and a corrected event, for a tenant that is published to ClickHouse."""
    write(client, COMPANY, folded_cells([season_delivery()], season_tenancy()))
    plan = (FIRST, LAST, "2026-Q2", 4, 1, "", "", 0)
    Writer(client).replace_targets([PlannedTarget(COMPANY, "hires", TOTAL, ALL, "decision", *plan)])
    (acme,) = season_tenancy().tenants
    tenant = acme.model_copy(update={"id": COMPANY})
    tenants.publish(client, Tenancy(tenants=(tenant,)))
    off_target = breach_row("9" * 16, "channel", "doda", date(2026, 6, 20), None)
    Writer(client).write([off_target], "grafana-off-target")
    poor = KpiCell(0, COMPANY, TOTAL, ALL, LAST, "decision", "quality.corrected", 0, 1, 1)
    Writer(client).write([poor], "grafana-quality")
    Writer(client).write(interviewer_cells(), "grafana-interviewers")
    Writer(client).write(relay_season(COMPANY)[1], "grafana-relay")
    relay_findings.publish(client, COMPANY, season_findings(COMPANY))
    accounts = [row._replace(tenant=COMPANY) for row in rule_coverage()]
    Writer(client).replace_rule_coverage(accounts)
    yield tenant
    for table, column in (
        ("epoch_cells", "tenant"),
        ("relay_ledger", "tenant"),
        ("relay_findings", "tenant"),
        ("breaches", "tenant"),
        ("tenants", "id"),
    ):
        client.command(f"delete from {table} where {column} = '{COMPANY}'")


def interviewer_cells() -> list[KpiCell]:
    """Decisions of three interviewers, two of whom decided often enough to be listed even if the third is not."""
    return [
        KpiCell(0, COMPANY, "interviewer", person, LAST, "decision", measure, 0, cases, 1)
        for person, cases in (("p7", 1), ("p8", 5), ("p9", 6))
        for measure in ("passed.interview_1", "failed.interview_1")
    ]


def page_rows(client: Any, panel: Panel, **overrides: Any) -> list[dict[str, Any]]:
    """Return the rows of the local page."""
    arguments = {"first": FIRST, "last": LAST, "today": date(2027, 1, 1)} | overrides
    tenant = Tenant.model_construct(id=COMPANY, timezone="Asia/Tokyo", currency="JPY")
    request = PanelRequest(tenant=tenant, **arguments)
    return list(client.query(panel.sql, parameters=request.parameters()).named_results())


def grafana_rows(
    client: Any, panel: Panel, language: str, **variables: Any
) -> list[dict[str, Any]]:
    """Return the rows that Grafana receives."""
    sql = expand(panel_targets(panel, language)[0]["rawSql"], **variables)
    return list(client.query(sql).named_results())


def expected_rows(panel: Panel, rows: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """Convert the page's rows to the form that Grafana shows for this kind of panel."""
    if panel.kind == "tiles":
        return [
            expected_tile(kpi, {row["kpi"]: row for row in rows}, language) for kpi in panel.kpis
        ]
    if panel.kind in ("line", "stack"):
        points = [expected_point(panel, row, language) for row in rows]
        return sorted(points, key=lambda row: (row["time"], str(list(row.values()))))
    if panel.kind == "triangle":
        return [
            {
                "week": f"{row['week']}  n={row['n']}",
                "age": str(row["age"]),
                "ended": row["ended"],
            }
            for row in rows
        ]
    if panel.id in ("plan", "breaches"):
        numbers = ("actual", "plan_to_date", "plan", "value", "target")
        return [
            {
                name: formatted(value, row["kpi"], language) if name in numbers else value
                for name, value in row.items()
            }
            for row in rows
        ]
    return rows


def formatted(value: float | None, kpi: str, language: str) -> str | None:
    """Format a number in the unit of its row's KPI."""
    if value is None:
        return None
    return format_value(value, BY_ID[kpi].unit if kpi in BY_ID else "count", language, "JPY")


def expected_tile(kpi: str, rows: dict[str, dict[str, Any]], language: str) -> dict[str, Any]:
    """Return one tile: a KPI with its n and previous value."""
    definition = BY_ID[kpi]
    row = rows.get(kpi, {"value": None, "n": 0, "before": None})
    amount = definition.id in {"roi_ratio", "relay_roi"}  # whose n is an amount of money
    cases = "" if definition.kind == "count" or amount else f"  n={row['n']}"
    before = row["before"]
    previous = format_value(before, definition.unit, language, "JPY")
    return {
        "kpi": f"{translate((definition.ja, definition.en), language)}{cases}  {label('before', language)} {previous}",
        "value": row["value"],
        "unit": "currency:financial:¥"
        if definition.unit == "money"
        else grafana_unit(definition.unit, language),
        "decimals": None
        if definition.unit == "money"
        else grafana_decimals(definition.unit, language),
    }


def expected_point(panel: Panel, row: dict[str, Any], language: str) -> dict[str, Any]:
    """Return one point: noon of its day in Tokyo, with a translated series name."""
    mappings = {"milestone": MILESTONES, "spending": COST_KINDS}
    point: dict[str, Any] = {}
    for column in panel.columns:
        value = row[column.name]
        if column.unit == "period":
            noon = datetime(value.year, value.month, value.day, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
            point["time"] = noon.astimezone(UTC)
        elif column in panel.names:
            names = mappings.get(column.unit, {"unknown": UNKNOWN})
            point[column.name] = translate(names[value], language) if value in names else value
        else:
            point[column.name] = value
    return point


def in_utc(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with UTC times; check the time order and sort ties."""
    if not rows or "time" not in rows[0]:
        return rows
    for row in rows:
        row["time"] = row["time"].astimezone(UTC) if row["time"].tzinfo else row["time"].replace(tzinfo=UTC)  # fmt: skip
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    return sorted(rows, key=lambda row: (row["time"], str(list(row.values()))))


def column_type(column: Column) -> Any:
    """Return the type of a column's values."""
    return str if column.unit in NAMES else (int, float)


@pytest.mark.parametrize(("board", "panel", "language"), PANELS)
def test_grafana_shows_what_the_page_shows(
    client: Any, company: Tenant, board: Board, panel: Panel, language: str
) -> None:
    """Grafana and the page return the same numbers for the same days, in the panel's columns and types."""
    actual = grafana_rows(client, panel, language)
    expected = expected_rows(panel, page_rows(client, panel), language)

    assert [list(row) for row in actual] == [list(row) for row in expected]
    for row, other in zip(in_utc(actual), expected, strict=True):
        for name, value in row.items():
            assert value == (pytest.approx(other[name]) if isinstance(value, float) else other[name])  # fmt: skip
    assert actual or panel.id == COUNTED_BY_GATEWAYS
    if panel.kind in ("table", "bar", "funnel", "plot"):
        for row in actual:
            for column in panel.of_sql().columns:
                value = row[column.name]
                expected_type = str if column in mixed_unit_columns(panel) else column_type(column)
                assert value is None or column.unit == "time" or isinstance(value, expected_type)


@pytest.mark.parametrize("turn", range(3))
def test_a_member_is_the_same_member(client: Any, company: Tenant, turn: int) -> None:
    """For a member of a channel, job or recruiter, the panels return the same rows as the page; each panel has a turn."""
    dimension = ("channel", "job", "recruiter")[turn]
    request = PanelRequest(
        tenant=company, first=FIRST, last=LAST, today=LAST, dimension=dimension, member=ALL
    )
    member = client.query(MEMBERS, parameters=request.parameters()).result_rows[0][0]
    selection = {"dimension": dimension, "member": member}

    for panel in MEMBER_PANELS[turn::3]:
        actual = in_utc(grafana_rows(client, panel, "en", **selection))
        expected = expected_rows(panel, page_rows(client, panel, **selection), "en")
        assert [list(map(str, row.values())) for row in actual if panel.kind == "tiles"] == [
            list(map(str, row.values())) for row in expected if panel.kind == "tiles"
        ]
        assert len(actual) == len(expected)


DAYS = {
    ("Asia/Tokyo", datetime(2026, 3, 31, 15, tzinfo=UTC)): date(2026, 4, 1),
    ("Asia/Tokyo", datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC)): date(2026, 3, 31),
    ("America/New_York", datetime(2026, 3, 8, 4, 59, 59, tzinfo=UTC)): date(2026, 3, 7),
    ("America/New_York", datetime(2026, 3, 9, 4, 0, tzinfo=UTC)): date(2026, 3, 9),  # summer time
    ("Pacific/Kiritimati", datetime(2026, 4, 1, 10, tzinfo=UTC)): date(2026, 4, 2),
    ("Asia/Kolkata", datetime(2026, 4, 1, 18, 30, tzinfo=UTC)): date(2026, 4, 2),
}


@pytest.mark.parametrize(("case", "day"), DAYS.items())
def test_days_are_cut_in_the_zone_of_the_company(
    client: Any, case: tuple[str, datetime], day: date
) -> None:
    """An instant falls on the tenant's local day, and `before` is the day before the first."""
    zone, instant = case
    sql = f"select {PARAMETER_EXPRESSIONS['first']}, {PARAMETER_EXPRESSIONS['last']}, {PARAMETER_EXPRESSIONS['before']}, {PARAMETER_EXPRESSIONS['as_of']}"
    later = instant.astimezone(ZoneInfo(zone)) + timedelta(days=2)  # in local calendar days
    query = expand(sql, instant, later, zone=zone)

    ((first, last, before, as_of),) = client.query(query).result_rows
    assert (first, last) == (day, day + timedelta(days=2))
    assert (before, as_of) == (day - timedelta(days=1), last)


def test_as_of_is_never_in_the_future(client: Any) -> None:
    """`as_of` is never after today, even if the window ends in the future."""
    sql = expand(f"select {PARAMETER_EXPRESSIONS['as_of']}", FROM, TO.replace(year=2090))

    ((as_of,),) = client.query(sql).result_rows
    assert abs(as_of - datetime.now(ZoneInfo("Asia/Tokyo")).date()) <= timedelta(days=1)


@pytest.mark.parametrize(
    "name", ["O'Reilly", "a\\", "\\' or 1=1 --", "媒体 A+B & 50%", "${tenant}"]
)
def test_a_name_is_never_sql(client: Any, name: str) -> None:
    """Any channel name is passed to SQL unchanged and cannot inject SQL."""
    ((member,),) = client.query(
        expand(f"select {PARAMETER_EXPRESSIONS['member']}", member=name)
    ).result_rows

    assert member == name


def variable_options(client: Any, **chosen: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the options of each query variable of a board."""
    queries = [spec for spec in variables(BY_BOARD["people"], "ja") if spec["type"] == "query"]
    return {
        spec["name"]: client.query(expand(spec["query"], **chosen)).result_rows for spec in queries
    }


def test_the_zone_and_currency_come_from_the_tenant(client: Any, company: Tenant) -> None:
    """Time zone, currency and name of the tenant come from ClickHouse variables."""
    options = variable_options(client)

    assert options["tenant"] == [(COMPANY, company.name)]
    assert (options["zone"], options["minor"]) == ([("Asia/Tokyo",)], [("1",)])
    assert options["member"] == [("all", "全社")]


@pytest.mark.parametrize(("dimension", "least"), [("channel", 2), ("interviewer", 1)])
def test_members_are_those_of_the_page(
    client: Any, company: Tenant, dimension: str, least: int
) -> None:
    """The member variable lists the page's members in the same order, with unknown ones translated."""
    request = PanelRequest(
        tenant=company, first=FIRST, last=LAST, today=LAST, dimension=dimension, member=ALL
    )
    members = [row[0] for row in client.query(MEMBERS, parameters=request.parameters()).result_rows]
    options = variable_options(client, dimension=dimension)["member"]

    assert [row[0] for row in options] == members and len(members) >= least
    assert all(name == ("（不明）" if id_ == "unknown" else id_) for id_, name in options)


def breach_row(
    id_: str, dimension: str, member: str, opened: date, until: date | None
) -> BreachRow:
    """Build a breach row of an alert rule."""
    at = datetime(2026, 5, 1, tzinfo=UTC)
    return BreachRow(
        *(COMPANY, id_, "r", "offer_accept_rate", dimension, member, "", "warning"),
        *("resolved" if until else "opened", "recovered" if until else "", "below", 0.8, 30),
        *(opened, opened, until, date(2026, 6, 29), 0.5, 20, None, None, None),
        *(at, at if until else None, "{}", 1),
    )


def test_breaches_are_annotations_on_the_charts(client: Any, company: Tenant) -> None:
    """Breaches in the window appear as regions in tenant days, and people are not identified."""
    rows = [
        breach_row("1" * 16, "total", "all", date(2026, 5, 1), date(2026, 5, 10)),
        breach_row("2" * 16, "recruiter", "r-secret", date(2026, 6, 1), None),
        breach_row("3" * 16, "total", "all", date(2026, 1, 1), date(2026, 1, 9)),
    ]
    Writer(client).write(rows, "grafana-breaches")
    sql = dashboards("en")["summary"]["annotations"]["list"][0]["target"]["rawSql"]

    annotations = list(client.query(expand(sql)).named_results())
    client.command(f"delete from breaches where tenant = '{COMPANY}' and id in ({IDS})")
    annotations = [row for row in annotations if "doda" not in row["text"]]
    tokyo = ZoneInfo("Asia/Tokyo")
    spans = [
        (row["time"].astimezone(tokyo), row["timeEnd"].astimezone(tokyo)) for row in annotations
    ]
    assert spans[0] == (datetime(2026, 5, 1, tzinfo=tokyo), datetime(2026, 5, 11, tzinfo=tokyo))
    assert spans[1][0] == datetime(2026, 6, 1, tzinfo=tokyo) and len(spans) == 2
    assert "secret" not in str(annotations) and "one person" in annotations[1]["text"]
    assert (
        "whole company" in annotations[0]["text"] and annotations[0]["tags"] == "warning,resolved"
    )


def test_a_breach_of_a_job_shows_its_title(client: Any, company: Tenant) -> None:
    """An annotation names a job by its title, not its id."""
    title = MemberRow(COMPANY, "job", "j-1", "reported", "Cook", 1)
    Writer(client).write([title], "grafana-titled")
    Writer(client).write([breach_row("1" * 16, "job", "j-1", FIRST, None)], "grafana-job")
    sql = dashboards("en")["summary"]["annotations"]["list"][0]["target"]["rawSql"]

    texts = [row["text"] for row in client.query(expand(sql)).named_results()]
    client.command(f"delete from breaches where tenant = '{COMPANY}' and id in ({IDS})")
    client.command(f"delete from members where tenant = '{COMPANY}'")
    assert next(text for text in texts if "doda" not in text).endswith("Cook (n=20)")


def test_a_recount_is_marked(client: Any, company: Tenant) -> None:
    """An annotation marks when an epoch goes live and all days are recomputed."""
    sql = dashboards("en")["summary"]["annotations"]["list"][1]["target"]["rawSql"]
    at = datetime(2026, 5, 1, 3, tzinfo=UTC)
    Writer(client).write([EpochRow(7, "live", 1, at, 1)], "grafana-epochs")

    annotations = list(client.query(expand(sql)).named_results())
    client.command("delete from epochs where number = 7")
    assert [row["time"].replace(tzinfo=UTC) for row in annotations] == [at]
    assert "epoch 7" in annotations[0]["text"]


def test_a_tile_of_money_shows_no_n(client: Any, company: Tenant) -> None:
    """A ratio per cost shows no n, because its denominator is an amount; no costs are 0, not too few cases."""
    (panel,) = [panel for panel in BOARDS[4].panels if panel.id == "spent"]
    rows = {
        row["kpi"].split("  ")[0]: row for row in grafana_rows(client, panel, "en", tenant="nobody")
    }

    assert " n=" not in rows["Return per cost"]["kpi"]
    assert "n=0" in rows["Cost per hire (CPH-I)"]["kpi"]
    assert rows["Recruitment cost"]["value"] == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "value", [0, 0.354, 7, -12.5, 999.94, 1_000, 1_234_567.8, -20_000_000, None]
)
def test_a_table_of_many_kpis_shows_each_in_its_unit(
    client: Any, company: Tenant, value: float | None, language: str
) -> None:
    """A mixed table formats each value in its KPI's unit, with thousands separators."""
    kpis = (
        "hires",
        "offer_accept_rate",
        "time_to_hire_days",
        "scorecard_hours",
        "cost_total",
        "no_kpi",
    )
    number = "null" if value is None else f"toFloat64({value})"
    sql = f"select arrayJoin({list(kpis)}) as kpi, {number} as actual"
    columns = (Column(name="kpi", unit="kpi"), Column(name="actual", unit="count"))
    panel = dataclasses.replace(shared.PLAN, sql=sql, columns=columns)

    assert {row["kpi"]: row["actual"] for row in grafana_rows(client, panel, language)} == {
        kpi: formatted(value, kpi, language) for kpi in kpis
    }
