"""Every panel of every board is answered by the real engine, in the columns that it promises."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest

from schemas.alerting.actions import ACTIONS
from schemas.alerting.breach import PEOPLE, Breach, Ending
from schemas.alerting.rules import Severity
from schemas.cells import ALL, TOTAL
from schemas.tenants.config import Tenant
from sinks.clickhouse.rows import BreachActionRow, CandidateEvent, KpiCell, PlannedTarget
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, breach_rows
from streams.boards.query import PanelRequest, answer, asked
from streams.boards.spec import NAMES, Panel
from streams.boards.specs.catalogue import BOARDS, BY_ID
from streams.boards.specs.labels import OF_BREACHES
from tests.golden.season_events import season
from tests.golden.test_golden import house
from tests.schemas.alerting.test_reconcile import FIRST as BEGIN
from tests.schemas.alerting.test_reconcile import bad, told
from tests.sinks.test_views import write
from tests.vendors.folding import cells

FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
COMPANY = "boards"
PANELS = [
    pytest.param(panel, id=f"{board.id}/{panel.id}") for board in BOARDS for panel in board.panels
]
COUNTED_BY_GATEWAYS = "connections"  # its rows come from the gateway, not from the season


def breaches() -> list[Breach]:
    """An open one of a channel, one of a person, one that was over in May, and one that was over before."""
    (one,) = told(bad(0), BEGIN)
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


def planned(tenant: str, first: date, last: date, hires: float) -> PlannedTarget:
    """A target of hires of the whole company."""
    return PlannedTarget(
        tenant, "hires", TOTAL, ALL, "decision", first, last, "x", hires, 1, "", "", 0
    )


@pytest.fixture(scope="module")
def company(client: Any) -> Iterator[Tenant]:
    """The golden season with a target of hires, and four breaches."""
    write(client, COMPANY, cells([season()], house()))
    Writer(client).plan([planned(COMPANY, FIRST, LAST, 4)])
    for offset, each in enumerate(breaches()):
        rows = breach_rows(
            RecordPosition("kpi-breaches", 0, offset), each.model_dump_json().encode()
        )
        Writer(client).write(rows, f"boards-{offset}")
    at = datetime(2026, 6, 2, tzinfo=UTC)
    done = BreachActionRow(COMPANY, "0" * 16, "0" * 32, "done", at, at, 0)
    Writer(client).write([done], "boards-action")
    yield Tenant.model_construct(id=COMPANY, name="x", timezone="Asia/Tokyo", currency="JPY")
    client.command(f"delete from epoch_cells where tenant = '{COMPANY}'")


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_is_answered(client: Any, company: Tenant, panel: Panel) -> None:
    """Rows, in the columns of the panel and of their kinds."""
    about = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)
    found = client.query(panel.sql, parameters=about.parameters())

    if panel.id == COUNTED_BY_GATEWAYS:
        return
    assert found.result_rows
    assert list(found.column_names) == [column.name for column in panel.columns]
    for row in found.result_rows:
        for column, value in zip(panel.columns, row, strict=True):
            kind = (
                str if column.unit in NAMES else date if column.unit == "period" else (int, float)
            )
            assert value is None or column.unit == "time" or isinstance(value, kind)


def test_a_tile_shows_what_the_view_of_kpis_says(client: Any, company: Tenant) -> None:
    """Fourteen applications were made in April, so the board says fourteen."""
    about = asked({"from": "2026-04-01", "to": "2026-06-30"}, company, LAST)
    headline = BOARDS[0].panels[0]
    shown = {row[0]: row[1:] for row in answer(client, headline, about)}
    view = f"v_kpis(tenant='{COMPANY}', dimension='total', basis='decision', first='{FIRST}', last='{LAST}')"
    said = client.query(f"select kpi, if(thin, null, value) from {view}").result_rows

    assert dict.fromkeys(shown) | {"cost_total": 0} | {
        name: value for name, value in said if name in shown
    } == {name: row[0] for name, row in shown.items()}
    assert shown["offer_accept_rate"][:2] == [None, 5]  # too few to be a rate


def panel_of(board: str, name: str) -> Panel:
    """One panel."""
    return next(each for each in BY_ID[board].panels if each.id == name)


def test_open_breaches_come_first_and_people_are_not_named(client: Any, company: Tenant) -> None:
    """Those of the window, each with what it is, its numbers and what was done; of a person only the kind."""
    about = asked({"from": "2026-04-01", "to": "2026-06-30"}, company, LAST)
    shown = answer(client, panel_of("pipeline", "breaches"), about)

    assert [(row[0][0], row[3], row[8], row[9]) for row in shown] == [
        ("0", "doda", "state.open", "action.done"),
        ("1", "whose.interviewer", "state.open", None),
        ("2", "doda", "state.recovered", None),
    ]
    assert shown[0][1:3] == ["2026-06-01", "screen_pass_rate"] and "4711" not in str(shown)
    assert {
        word for row in shown for word in (row[7], row[8], row[9]) if word
    } <= OF_BREACHES.keys()


def test_a_filtered_board_shows_its_own_breaches(client: Any, company: Tenant) -> None:
    """Of the channel that is looked at, not of the others."""
    window = {"from": "2026-04-01", "to": "2026-06-30", "dimension": "channel"}
    of = {
        member: answer(
            client,
            panel_of("pipeline", "breaches"),
            asked(window | {"member": member}, company, LAST),
        )
        for member in ("doda", "wantedly")
    }

    assert [row[0][0] for row in of["doda"]] == ["0", "2"]
    assert of["wantedly"] == []


def test_open_breaches_are_counted_by_severity(client: Any, company: Tenant) -> None:
    """A severity without any is 0, and those that nobody has acted upon are counted apart."""
    about = asked({"from": "2026-04-01", "to": "2026-06-30"}, company, LAST)

    assert answer(client, panel_of("summary", "open_breaches"), about) == [
        ["severity.critical", 0, 0, None],
        ["severity.warning", 1, 0, "2026-06-01"],
        ["severity.info", 1, 1, "2026-06-01"],
    ]


def test_every_word_of_a_breach_is_said_in_both_languages() -> None:
    """Severities, endings, actions and kinds of people; nobody reads a code."""
    kinds = {
        "severity": get_args(Severity),
        "state": ("open", *get_args(Ending)),
        "action": ACTIONS,
        "whose": (TOTAL, *PEOPLE),
    }

    assert {
        f"{kind}.{name}" for kind, names in kinds.items() for name in names
    } == OF_BREACHES.keys()
    assert all(ja and en for ja, en in OF_BREACHES.values())


def counted(client: Any, tenant: str, found: list[tuple[str, str, date, str, str, int]]) -> Tenant:
    """A company with so much in its cells: dimension, member, day, basis, measure and count of each."""
    rows = [
        KpiCell(0, tenant, dimension, member, day, basis, measure, 0, count, 1)
        for dimension, member, day, basis, measure, count in found
    ]
    Writer(client).write(rows, f"boards-{tenant}")
    return Tenant.model_construct(id=tenant, name="x", timezone="Asia/Tokyo", currency="JPY")


def test_what_cannot_be_compared_promises_no_hire(client: Any) -> None:
    """With one channel of enough decisions nobody knows what better would be: the gain is unknown, and not 0."""
    cells = [
        ("channel", "doda", FIRST, "cohort", "passed.screening", 8),
        ("channel", "doda", FIRST, "cohort", "failed.screening", 8),
        ("total", "all", FIRST, "cohort", "hired", 2),
    ]
    company = counted(client, "one-channel", cells)
    about = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)

    assert answer(client, panel_of("funnel", "what_if"), about) == [
        ["screening", 0.5, 16, None, None]
    ]


def test_the_pace_is_that_of_each_day_and_its_narrowest_target(client: Any) -> None:
    """After two quarters of 91 days 13 and 91 hires were planned, whatever the half year over them says."""
    second = (date(2026, 7, 1), date(2026, 9, 29))
    days = [
        ("total", "all", FIRST + timedelta(n), "decision", "hired", 1) for n in range(0, 182, 7)
    ]
    company = counted(client, "paced", days)
    targets = [(FIRST, second[1], 400), (FIRST, LAST, 13), (*second, 91)]
    Writer(client).plan(
        [planned(COMPANY, FIRST, LAST, 4), *(planned("paced", *each) for each in targets)]
    )
    about = PanelRequest(tenant=company, first=FIRST, last=second[1], today=second[1])
    lines = answer(client, panel_of("summary", "pace"), about)

    assert [line for line in lines if line[0] in {"2026-06-22", "2026-09-28"}] == [
        ["2026-06-22", 13, pytest.approx(13 / 91 * 89)],
        ["2026-09-28", 26, pytest.approx(104)],
    ]


def test_a_week_without_any_is_a_week_of_none(client: Any) -> None:
    """Nobody applied or was hired in a week between two others: the lines go through it, and do not leave it out."""
    days = [
        ("total", "all", day, "decision", measure, 2)
        for day in (date(2026, 6, 2), date(2026, 6, 16))
        for measure in ("applications", "hired")
    ]
    company = counted(client, "silent", days)
    about = PanelRequest(tenant=company, first=date(2026, 6, 2), last=LAST, today=date(2026, 6, 25))
    weeks = ["2026-06-01", "2026-06-08", "2026-06-15", "2026-06-22"]

    shown = answer(client, panel_of("summary", "applications_by_week"), about)
    assert [row[:2] for row in shown] == [
        [week, n] for week, n in zip(weeks, (2, 0, 2, 0), strict=True)
    ]
    hired = answer(client, panel_of("summary", "pace"), about)
    assert [row[:2] for row in hired] == [
        [week, n] for week, n in zip(weeks, (2, 2, 4, 4), strict=True)
    ]


def test_a_month_without_a_decision_is_a_gap(client: Any) -> None:
    """Of a rate nothing is known of such a month: it is on the axis, without a number."""
    days = [
        ("total", "all", day, "decision", f"{how}.interview_1", 8)
        for day in (date(2026, 4, 2), date(2026, 6, 2))
        for how in ("passed", "failed")
    ]
    company = counted(client, "gap", days)
    about = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)

    assert answer(client, panel_of("people", "pass_by_month"), about) == [
        ["2026-04-01", 0.5, 16],
        ["2026-05-01", None, 0],
        ["2026-06-01", 0.5, 16],
    ]


def test_a_tile_tells_of_a_fall_to_none(client: Any) -> None:
    """Hires that came to an end are 0 now and were 3 before, a refund is below 0; what nobody knows stays unknown."""
    before, now = date(2026, 3, 2), date(2026, 4, 2)
    cells = [
        ("total", "all", before, "decision", "hired", 3),
        ("total", "all", now, "decision", "applications", 4),
        ("total", "all", now, "decision", "cost.media", -500),
    ]
    company = counted(client, "fallen", cells)
    about = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)
    shown = {row[0]: row[1:] for row in answer(client, panel_of("summary", "headline"), about)}

    assert shown["hires"] == [0, 0, 3]
    assert shown["applications"] == [4, 4, 0]
    assert shown["cost_total"] == [-500, -500, 0]
    assert shown["offer_accept_rate"] == [None, 0, None]


def test_costs_are_those_of_whom_the_board_is_about(client: Any) -> None:
    """Of one channel its own kinds of cost, as its tiles; of the company all."""
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
    company = counted(client, "costly", cells)
    shown = {
        member: answer(
            client,
            panel_of("money", "costs"),
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

    assert shown["doda"] == [["2026-04-01", "media", 300]]
    assert shown["j-1"] == [["2026-04-01", "media", 100]]
    assert [row[1:] for row in shown["all"]] == [["agency_fee", 900], ["media", 300]]


def test_open_breaches_of_a_filtered_board_are_its_own(client: Any, company: Tenant) -> None:
    """As many as the board of health lists of the same channel."""
    window = {"from": "2026-04-01", "to": "2026-06-30", "dimension": "channel"}
    about = asked(window | {"member": "doda"}, company, LAST)

    assert [row[:2] for row in answer(client, panel_of("summary", "open_breaches"), about)] == [
        ["severity.critical", 0],
        ["severity.warning", 1],
        ["severity.info", 0],
    ]


def test_a_plan_of_a_job_names_it(client: Any) -> None:
    """By its title; a channel that is called like a job's id keeps its name."""
    company = counted(client, "titled", [("job", "j-1", FIRST, "decision", "hired", 1)])
    at = datetime(2026, 4, 1, tzinfo=UTC)
    names = ("titled", "e-1", "application.created", "a-1", "c", "x")
    event = CandidateEvent(
        *names, at, at, False, "a-1", "j-1", "Cook", "doda", *("",) * 2, *(0,) * 3, "{}"
    )
    Writer(client).write([event], "boards-titled")
    whose = [("job", "j-1"), ("channel", "j-1"), ("total", "all")]
    targets = [planned("titled", FIRST, LAST, 4)._replace(dimension=d, member=m) for d, m in whose]
    Writer(client).plan([planned(COMPANY, FIRST, LAST, 4), *targets])
    about = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)

    shown = answer(client, panel_of("summary", "plan"), about)
    assert sorted((row[1], row[3]) for row in shown) == [("", 0), ("Cook", 1), ("j-1", 0)]


@pytest.mark.parametrize("name", ["waiting", "ages", "bottleneck"])
def test_stages_of_as_many_stand_in_one_order(client: Any, name: str) -> None:
    """Whatever order the engine finds them in: on a live page rows do not change places."""
    stages = ("assessment", "casual", "final_interview", "interview_1", "interview_2", "screening")
    cells = [("total", "all", FIRST, "decision", f"entered.{each}", 7) for each in stages]
    company = counted(client, f"tied-{name}", cells)
    about = PanelRequest(tenant=company, first=FIRST, last=LAST, today=LAST)

    shown = [row[0] for row in answer(client, panel_of("pipeline", name), about)]
    assert shown == sorted(shown) and len(shown) > 3
