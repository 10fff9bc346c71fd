"""Panel queries on a real ClickHouse: every panel returns its columns, and the numbers are right."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from schemas.alerting.actions import ACTIONS
from schemas.alerting.breach import PERSON_DIMENSIONS, Breach, Ending, Severity
from schemas.cells import ALL, TOTAL
from schemas.errors import Malformed
from schemas.kpis.data_quality import KINDS
from schemas.tenants.config import Tenant
from sinks.clickhouse import relay_findings
from sinks.clickhouse.rows import (
    BreachActionRow,
    KpiCell,
    MemberRow,
    PlannedTarget,
    RuleCoverageRow,
)
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, breach_rows
from streams.boards.query import PanelRequest, fetch_rows, parse_request
from streams.boards.spec import NAMES, Panel
from streams.boards.specs.catalogue import BOARDS, BY_ID
from streams.boards.words import BREACH_LABELS, QUALITY_LABELS
from tests.golden.season_events import season_delivery
from tests.golden.test_golden import season_tenancy
from tests.relay.season import relay_season, season_findings
from tests.schemas.alerting.test_reconcile import FIRST as BEGIN
from tests.schemas.alerting.test_reconcile import bad, breaches_after
from tests.sinks.test_views import write
from tests.vendors.folding import folded_cells

FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
COMPANY = "boards"
PANELS = [
    pytest.param(panel, id=f"{board.id}/{panel.id}") for board in BOARDS for panel in board.panels
]
COUNTED_BY_GATEWAYS = "connections"  # its rows come from the gateway, not from the golden season


def breaches() -> list[Breach]:
    """Four breaches: open for a channel, open for a person, ended in May, ended before the window."""
    (one,) = breaches_after(bad(0), BEGIN)
    since = {"opened": date(2026, 6, 1), "since": date(2026, 6, 1), "judged": LAST}
    open_ = one.model_copy(update={"tenant": COMPANY, "id": "0" * 16, **since})
    person = {"dimension": "interviewer", "member": "user-4711", "severity": "info"}
    over = {"state": "resolved", "ending": "recovered", "ended": one.told, "kpi": "applications"}
    may, march = (
        {"opened": day, "since": day, "until": day, "judged": day, **over}
        for day in (date(2026, 5, 4), date(2026, 3, 2))
    )
    return [
        open_,
        open_.model_copy(update={"id": "1" * 16, **person}),
        open_.model_copy(update={"id": "2" * 16, **may}),
        open_.model_copy(update={"id": "3" * 16, **march}),
    ]


def planned_target(tenant: str, first: date, last: date, hires: float) -> PlannedTarget:
    """Build a hires target of the whole company."""
    return PlannedTarget(
        tenant, "hires", TOTAL, ALL, "decision", first, last, "x", hires, 1, "", "", 0
    )


def quality_cell(measure: str) -> KpiCell:
    """Count one event of a kind of poor data on the last day."""
    return KpiCell(0, COMPANY, TOTAL, ALL, LAST, "decision", measure, 0, 1, 1)


def interviewer_cells() -> list[KpiCell]:
    """The decision of one more interviewer, so that the few decisions of two are shown together, and nobody else's."""
    return [
        KpiCell(0, COMPANY, "interviewer", "p9", LAST, "decision", measure, 0, 1, 1)
        for measure in ("passed.screening", "failed.screening")
    ]


def rule_coverage() -> list[RuleCoverageRow]:
    """A rule, and what it sees of one channel."""
    rule = RuleCoverageRow(
        tenant=COMPANY,
        rule="screening",
        kpi="screen_pass_rate",
        dimension="channel",
        member="",
        budget=1.0,
        members=1,
        unseen=0,
        weekly=None,
        rate=0.4,
        fallen=None,
        weeks=None,
        smallest=0.3,
        within_weeks=5,
        version=0,
    )
    seen = {"member": "doda", "weekly": 20.0, "fallen": 0.3, "weeks": 4.0, "smallest": None}
    return [rule, rule._replace(**seen)]


@pytest.fixture(scope="module")
def company(client: Any) -> Iterator[Tenant]:
    """The golden season with a hires target, four breaches and one event of each kind of poor data."""
    write(client, COMPANY, folded_cells([season_delivery()], season_tenancy()))
    Writer(client).replace_targets([planned_target(COMPANY, FIRST, LAST, 4)])
    for offset, breach in enumerate(breaches()):
        rows = breach_rows(
            RecordPosition("kpi-breaches", 0, offset), breach.model_dump_json().encode()
        )
        Writer(client).write(rows, f"boards-{offset}")
    Writer(client).write([quality_cell(kind.id) for kind in KINDS[:-1]], "boards-quality")
    Writer(client).write(interviewer_cells(), "boards-interviewers")
    at = datetime(2026, 6, 2, tzinfo=UTC)
    done = BreachActionRow(COMPANY, "0" * 16, "0" * 32, "done", at, at, 0)
    Writer(client).write([done], "boards-action")
    Writer(client).write(relay_season(COMPANY)[1], "boards-relay")
    relay_findings.publish(client, COMPANY, season_findings(COMPANY))
    Writer(client).replace_rule_coverage(rule_coverage())
    yield Tenant.model_construct(id=COMPANY, name="x", timezone="Asia/Tokyo", currency="JPY")
    client.command(f"delete from epoch_cells where tenant = '{COMPANY}'")


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_is_answered(client: Any, company: Tenant, panel: Panel) -> None:
    """Every panel returns rows with its columns, and values of the right type."""
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)
    result = client.query(panel.sql, parameters=request.parameters())

    if panel.id == COUNTED_BY_GATEWAYS:
        return
    assert result.result_rows
    assert list(result.column_names) == [column.name for column in panel.of_sql().columns]
    for row in result.result_rows:
        for column, value in zip(panel.of_sql().columns, row, strict=True):
            kind = (
                str if column.unit in NAMES else date if column.unit == "period" else (int, float)
            )
            assert value is None or column.unit == "time" or isinstance(value, kind)


def test_a_tile_matches_the_kpi_view(client: Any, company: Tenant) -> None:
    """Tiles show the same values as the KPI view."""
    request = parse_request({"from": "2026-04-01", "to": "2026-06-30"}, company, LAST)
    headline = BOARDS[0].panels[0]
    tiles = {row[0]: row[1:] for row in fetch_rows(client, headline, request)}
    view = f"v_kpis(tenant='{COMPANY}', dimension='total', basis='decision', first='{FIRST}', last='{LAST}')"
    kpi_rows = client.query(f"select kpi, if(thin, null, value) from {view}").result_rows

    assert dict.fromkeys(tiles) | {"cost_total": 0} | {
        name: value for name, value in kpi_rows if name in tiles
    } == {name: row[0] for name, row in tiles.items()}
    assert tiles["offer_accept_rate"][:2] == [None, 5]  # too few to be a rate


def find_panel(board: str, name: str) -> Panel:
    """Return the panel of a board."""
    return next(panel for panel in BY_ID[board].panels if panel.id == name)


def test_open_breaches_come_first_and_people_are_not_named(client: Any, company: Tenant) -> None:
    """Open breaches of the window come first with numbers and last action, and people are not identified."""
    request = parse_request({"from": "2026-04-01", "to": "2026-06-30"}, company, LAST)
    rows = fetch_rows(client, find_panel("pipeline", "breaches"), request)

    assert [(row[0][0], row[3], row[8], row[9]) for row in rows] == [
        ("0", "doda", "state.open", "action.done"),
        ("1", "whose.interviewer", "state.open", None),
        ("2", "doda", "state.recovered", None),
    ]
    assert rows[0][1:3] == ["2026-06-01", "screen_pass_rate"] and "4711" not in str(rows)
    assert {
        word for row in rows for word in (row[7], row[8], row[9]) if word
    } <= BREACH_LABELS.keys()


def test_a_filtered_board_shows_its_own_breaches(client: Any, company: Tenant) -> None:
    """A board filtered to a channel shows only that channel's breaches."""
    window = {"from": "2026-04-01", "to": "2026-06-30", "dimension": "channel"}
    rows_by_member = {
        member: fetch_rows(
            client,
            find_panel("pipeline", "breaches"),
            parse_request(window | {"member": member}, company, LAST),
        )
        for member in ("doda", "wantedly")
    }

    assert [row[0][0] for row in rows_by_member["doda"]] == ["0", "2"]
    assert rows_by_member["wantedly"] == []


def test_open_breaches_are_counted_by_severity(client: Any, company: Tenant) -> None:
    """Severities without breaches show 0, and breaches without an action are counted separately."""
    request = parse_request({"from": "2026-04-01", "to": "2026-06-30"}, company, LAST)

    assert fetch_rows(client, find_panel("summary", "open_breaches"), request) == [
        ["severity.critical", 0, 0, None],
        ["severity.warning", 1, 0, "2026-06-01"],
        ["severity.info", 1, 1, "2026-06-01"],
    ]


def test_every_breach_label_is_in_both_languages() -> None:
    """Severities, endings, actions and kinds of people have labels in both languages."""
    kinds = {
        "severity": get_args(Severity),
        "state": ("open", *get_args(Ending)),
        "action": ACTIONS,
        "whose": (TOTAL, *PERSON_DIMENSIONS),
    }

    assert {
        f"{kind}.{name}" for kind, names in kinds.items() for name in names
    } == BREACH_LABELS.keys()
    assert all(ja and en for ja, en in BREACH_LABELS.values())


def write_cells(
    client: Any, tenant: str, cells: list[tuple[str, str, date, str, str, int]]
) -> Tenant:
    """Write cells (dimension, member, day, basis, measure, count) and return their tenant."""
    rows = [
        KpiCell(0, tenant, dimension, member, day, basis, measure, 0, count, 1)
        for dimension, member, day, basis, measure, count in cells
    ]
    Writer(client).write(rows, f"boards-{tenant}")
    return Tenant.model_construct(id=tenant, name="x", timezone="Asia/Tokyo", currency="JPY")


def test_a_gain_without_comparison_is_null(client: Any) -> None:
    """With only one channel to compare, the gain is null and not 0."""
    cells = [
        ("channel", "doda", FIRST, "cohort", "passed.screening", 8),
        ("channel", "doda", FIRST, "cohort", "failed.screening", 8),
        ("total", "all", FIRST, "cohort", "hired", 2),
    ]
    company = write_cells(client, "one-channel", cells)
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)

    assert fetch_rows(client, find_panel("funnel", "what_if"), request) == [
        ["screening", 0.5, 16, None, None]
    ]


def test_the_pace_uses_the_narrowest_target_of_each_day(client: Any) -> None:
    """The pace uses the narrowest target of each day: 13 and 91 hires after two quarters, despite the half-year target."""
    second = (date(2026, 7, 1), date(2026, 9, 29))
    days = [
        ("total", "all", FIRST + timedelta(n), "decision", "hired", 1) for n in range(0, 182, 7)
    ]
    company = write_cells(client, "paced", days)
    targets = [(FIRST, second[1], 400), (FIRST, LAST, 13), (*second, 91)]
    Writer(client).replace_targets(
        [
            planned_target(COMPANY, FIRST, LAST, 4),
            *(planned_target("paced", *target) for target in targets),
        ]
    )
    request = PanelRequest(tenant=company, first=FIRST, last=second[1], today=second[1])
    lines = fetch_rows(client, find_panel("summary", "pace"), request)

    assert [line for line in lines if line[0] in {"2026-06-22", "2026-09-28"}] == [
        ["2026-06-22", 13, pytest.approx(13 / 91 * 89)],
        ["2026-09-28", 26, pytest.approx(104)],
    ]


def test_a_week_without_cases_is_0(client: Any) -> None:
    """A week without applications or hires appears with 0 instead of being skipped."""
    days = [
        ("total", "all", day, "decision", measure, 2)
        for day in (date(2026, 6, 2), date(2026, 6, 16))
        for measure in ("applications", "hired")
    ]
    company = write_cells(client, "silent", days)
    request = PanelRequest(
        tenant=company, first=date(2026, 6, 2), last=LAST, today=date(2026, 6, 25)
    )
    weeks = ["2026-06-01", "2026-06-08", "2026-06-15", "2026-06-22"]

    rows = fetch_rows(client, find_panel("summary", "applications_by_week"), request)
    assert [row[:2] for row in rows] == [
        [week, n] for week, n in zip(weeks, (2, 0, 2, 0), strict=True)
    ]
    hired = fetch_rows(client, find_panel("summary", "pace"), request)
    assert [row[:2] for row in hired] == [
        [week, n] for week, n in zip(weeks, (2, 2, 4, 4), strict=True)
    ]


def test_a_month_without_a_decision_is_a_gap(client: Any) -> None:
    """A rate in a month without decisions is null, but the month stays on the axis."""
    days = [
        ("total", "all", day, "decision", f"{how}.interview_1", 8)
        for day in (date(2026, 4, 2), date(2026, 6, 2))
        for how in ("passed", "failed")
    ]
    company = write_cells(client, "gap", days)
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)

    assert fetch_rows(client, find_panel("people", "pass_by_month"), request) == [
        ["2026-04-01", 0.5, 16],
        ["2026-05-01", None, 0],
        ["2026-06-01", 0.5, 16],
    ]


def test_a_tile_shows_a_fall_to_0(client: Any) -> None:
    """A count without cases is 0 with its previous value, a refund is negative, and an unknown rate stays null."""
    before, now = date(2026, 3, 2), date(2026, 4, 2)
    cells = [
        ("total", "all", date(2025, 12, 1), "decision", "applications", 1),
        ("total", "all", before, "decision", "hired", 3),
        ("total", "all", now, "decision", "applications", 4),
        ("total", "all", now, "decision", "cost.media", -500),
    ]
    company = write_cells(client, "fallen", cells)
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)
    rows = {
        row[0]: row[1:] for row in fetch_rows(client, find_panel("summary", "headline"), request)
    }

    assert rows["hires"] == [0, 0, 3]
    assert rows["applications"] == [4, 4, 0]
    assert rows["cost_total"] == [-500, -500, 0]
    assert rows["offer_accept_rate"] == [None, 0, None]


def test_a_window_before_any_data_is_not_compared(client: Any) -> None:
    """Nothing has improved on a window that begins before the first application; an earlier one can be chosen."""
    days = [date(2026, 2, 1), date(2026, 4, 2)]
    cells = [("total", "all", day, "decision", "applications", 4) for day in days]
    company = write_cells(client, "young", cells)
    window = {"from": "2026-04-01", "to": "2026-05-30"}
    panel = find_panel("summary", "headline")

    def compared(**query: str) -> int | None:
        request = parse_request(window | query, company, LAST)
        rows = {row[0]: row for row in fetch_rows(client, panel, request)}
        value: int | None = rows["applications"][3]
        return value

    assert (compared(), compared(before="2026-04-01")) == (None, 4)
    with pytest.raises(Malformed, match="is not a day"):
        compared(before="yesterday")


def test_a_board_of_a_channel_shows_that_channel(client: Any) -> None:
    """Filtered by a channel, tables, rankings and the mix of channels show it alone; by a job, all of them."""
    cells = [
        ("channel", name, date(2026, 4, 2), basis, measure, count)
        for name, count in (("doda", 30), ("agent", 40))
        for basis in ("decision", "cohort")
        for measure in ("applications", "applications_rated", "hired", "cost.media")
    ]
    company = write_cells(client, "filtered", cells)
    window = {"tenant": company, "first": FIRST, "last": LAST, "today": LAST}
    for panel_id in ("channels", "cost_per_hire", "mix"):
        panel = find_panel("channels", panel_id)
        of_channel = PanelRequest(**window, dimension="channel", member="doda")
        names = {
            row[1 if panel_id == "mix" else 0] for row in fetch_rows(client, panel, of_channel)
        }
        assert (panel.filtered_by, names) == (("channel",), {"doda"}), panel_id
        of_job = PanelRequest(**window, dimension="job", member="j-1")
        assert len(fetch_rows(client, panel, of_job)) > len(names), panel_id


def test_costs_are_those_of_the_chosen_member(client: Any) -> None:
    """A filtered board shows only the member's costs, and the whole company shows all."""
    day = date(2026, 4, 2)
    cells = [
        (dimension, member, day, "decision", f"cost.{kind}", amount)
        for dimension, member, kind, amount in (
            ("total", "all", "media", 300),
            ("total", "all", "agency_fee", 900),
            ("channel", "doda", "media", 300),
            ("channel", "agent", "agency_fee", 900),
            ("job", "j-1", "media", 100),
        )
    ]
    company = write_cells(client, "costly", cells)
    rows = {
        member: fetch_rows(
            client,
            find_panel("money", "costs"),
            PanelRequest(
                tenant=company,
                first=FIRST,
                last=LAST,
                today=LAST,
                dimension=dimension,
                member=member,
            ),
        )
        for dimension, member in (("total", "all"), ("channel", "doda"), ("job", "j-1"))
    }

    assert rows["doda"] == [["2026-04-01", "media", 300]]
    assert rows["j-1"] == [["2026-04-01", "media", 100]]
    assert [row[1:] for row in rows["all"]] == [["agency_fee", 900], ["media", 300]]


@pytest.mark.parametrize("board", ["channels", "money"])
def test_a_channel_that_only_costs_stands_on_the_board(client: Any, board: str) -> None:
    """It has returned 0, and has neither applications nor a cost per hire."""
    cells = [
        ("channel", "Green", date(2026, 4, 2), basis, measure, 480)
        for basis in ("decision", "cohort")
        for measure in ("cost.media", "valued_cost")
    ]
    company = write_cells(client, f"only-costs-{board}", cells)
    panel = find_panel(board, "channels")
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)
    (values,) = fetch_rows(client, panel, request)
    row = dict(zip((column.name for column in panel.columns), values, strict=True))

    assert (row["name"], row["cost_total"], row["applications"]) == ("Green", 480, 0)
    assert (row["roi_ratio"], row["cph_internal"]) == (0, None)


def test_open_breaches_of_a_filtered_board_are_its_own(client: Any, company: Tenant) -> None:
    """The open count of a channel matches its list on the pipeline board."""
    window = {"from": "2026-04-01", "to": "2026-06-30", "dimension": "channel"}
    request = parse_request(window | {"member": "doda"}, company, LAST)

    assert [
        row[:2] for row in fetch_rows(client, find_panel("summary", "open_breaches"), request)
    ] == [
        ["severity.critical", 0],
        ["severity.warning", 1],
        ["severity.info", 0],
    ]


def test_a_plan_of_a_job_shows_its_title(client: Any) -> None:
    """A job's plan shows the job title, and a channel with the same id keeps its name."""
    company = write_cells(client, "titled", [("job", "j-1", FIRST, "decision", "hired", 1)])
    title = MemberRow("titled", "job", "j-1", "reported", "Cook", 1)
    Writer(client).write([title], "boards-titled")
    members = [("job", "j-1"), ("channel", "j-1"), ("total", "all")]
    targets = [
        planned_target("titled", FIRST, LAST, 4)._replace(dimension=d, member=m) for d, m in members
    ]
    Writer(client).replace_targets([planned_target(COMPANY, FIRST, LAST, 4), *targets])
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)

    rows = fetch_rows(client, find_panel("summary", "plan"), request)
    assert sorted((row[2], row[4]) for row in rows) == [("", 0), ("Cook", 1), ("j-1", 0)]


def test_the_plan_says_first_what_is_behind(client: Any) -> None:
    """The page and Grafana judge alike; the page adds durations and forecasts, and both put what is behind first."""
    cells = [
        ("total", "all", date(2026, 4, 2), "decision", name, n)
        for name, n in (("hired", 1), ("applications", 80), ("hire_days.40", 12))
    ]
    company = write_cells(client, "behind", cells)
    target = planned_target("behind", FIRST, LAST, 20)
    targets = [
        target,
        target._replace(kpi="applications", plan=50),
        target._replace(kpi="time_to_hire_days", plan=30, better=-1),
        target._replace(kpi="joins", plan=9, first=date(2025, 1, 1), last=date(2025, 2, 1)),
    ]
    Writer(client).replace_targets([planned_target(COMPANY, FIRST, LAST, 4), *targets])
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=date(2026, 6, 1))
    panel = find_panel("money", "plan")
    rows = fetch_rows(client, panel, request)
    of_sql = client.query(panel.sql, parameters=request.parameters()).result_rows

    assert [(row[0], row[1]) for row in of_sql] == [
        ("plan.behind", "hires"),
        ("plan.ahead", "applications"),
    ]
    assert {row[:2] for row in of_sql} < {tuple(row[:2]) for row in rows}
    assert [row[0] for row in rows] == ["plan.behind", "plan.behind", "plan.ahead"]
    forecasts = {row[1]: row[9] for row in rows}
    assert len(forecasts["hires"]) == 4 and forecasts["time_to_hire_days"] is None
    assert all(len(row) == len(panel.columns) for row in rows)


@pytest.mark.parametrize("name", ["waiting", "ages", "bottleneck"])
def test_ties_have_a_stable_order(client: Any, name: str) -> None:
    """Ties are sorted by name, so rows do not move on a live page."""
    stages = ("assessment", "casual", "final_interview", "interview_1", "interview_2", "screening")
    cells = [("total", "all", FIRST, "decision", f"entered.{stage}", 7) for stage in stages]
    company = write_cells(client, f"tied-{name}", cells)
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)

    rows = [row[0] for row in fetch_rows(client, find_panel("pipeline", name), request)]
    assert rows == sorted(rows) and len(rows) > 3


def test_poor_data_is_named_with_what_to_do(client: Any, company: Tenant) -> None:
    """Every kind that was counted has a row, in the order of the definitions, with texts in both languages."""
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)
    rows = fetch_rows(client, find_panel("pipeline", "quality"), request)

    assert [row[0] for row in rows] == [f"quality.{kind.id}" for kind in KINDS[:-1]]
    assert {text for row in rows for text in (row[0], row[3])} <= QUALITY_LABELS.keys()
    assert all(ja and en for ja, en in QUALITY_LABELS.values())


def test_a_company_without_poor_data_is_told_so(client: Any, company: Tenant) -> None:
    """In a window without any such event there are no rows, and the panel says that nothing needs attention."""
    day = date(2026, 1, 1)
    panel = find_panel("pipeline", "quality")
    request = PanelRequest(tenant=company, first=day, last=day, today=LAST)

    assert fetch_rows(client, panel, request) == []
    assert panel.none_ja and panel.none_en
