"""What boards read is what the code computes: every KPI of views equals the function that defines it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.cells import ALL, DIMENSIONS, FULL, TOTAL, CellKey, Cells
from schemas.instants import EPOCH_DAY
from schemas.kpis.catalogue import KPIS, of
from schemas.kpis.definition import Kpi, measure
from schemas.kpis.durations import Days, judge, summed
from schemas.statistics.shrinkage import PassCount, fit, posterior
from sinks.clickhouse import catalogue
from sinks.clickhouse.rows import KpiCell, PlannedTarget
from sinks.clickhouse.writer import Writer
from tests.golden.season_events import season
from tests.golden.test_golden import house
from tests.vendors.folding import cells

FIRST, LAST, AS_OF = date(2026, 4, 1), date(2026, 6, 30), date(2026, 6, 30)
WINDOW = f"first = '{FIRST}', last = '{LAST}'"
TENANT = "golden"


def day(when: date) -> int:
    """Days since 1970-01-01."""
    return when.toordinal() - EPOCH_DAY


def within(found: Cells, key: CellKey) -> bool:
    """Whether the cell is of a day asked for."""
    return day(FIRST) <= key.day <= day(LAST)


def write(client: Any, tenant: str, found: Cells) -> None:
    """The cells as the archiver writes them."""
    origin = date(1970, 1, 1)
    rows = [
        KpiCell(0, tenant, k.dimension, k.member, origin + timedelta(k.day), k.basis, name, 0, n, 1)
        for k, tally in found.items()
        for name, n in tally.items()
    ]
    Writer(client).write(rows, f"views-{tenant}")


@pytest.fixture(scope="module")
def counted(client: Any) -> Iterator[Cells]:
    """The golden season, in ClickHouse and as cells."""
    found = cells([season()], house())
    write(client, TENANT, found)
    yield found
    client.command(f"delete from epoch_cells where tenant = '{TENANT}'")


def ask(client: Any, view: str, more: str = "") -> list[dict[str, Any]]:
    """The rows of a view."""
    return list(client.query(f"select * from {view} {more}").named_results())


def members(found: Cells, dimension: str) -> set[str]:
    """Everybody in a dimension."""
    return {key.member for key in found if key.dimension == dimension}


def tally(found: Cells, dimension: str, member: str, basis: str) -> dict[str, int]:
    """The sums of the window."""
    return summed(
        each
        for key, each in found.items()
        if (key.dimension, key.member, key.basis) == (dimension, member, basis)
        and within(found, key)
    )


@pytest.mark.parametrize("basis", ["decision", "cohort"])
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_view_computes_kpis_as_the_code_does(
    client: Any, counted: Cells, dimension: str, basis: str
) -> None:
    """Every additive KPI of every member: the same value and the same number of cases."""
    view = f"v_kpis(tenant='{TENANT}', dimension='{dimension}', basis='{basis}', {WINDOW})"
    shown = {(row["member"], row["kpi"]): row for row in ask(client, view)}
    compared = 0
    for member in members(counted, dimension):
        sums = tally(counted, dimension, member, basis)
        for kpi in of(dimension, basis):  # type: ignore[arg-type]
            if not kpi.additive:
                continue
            expected, row = measure(kpi, sums), shown.get((member, kpi.id))
            assert expected.n == (row["n"] if row else 0)
            assert same(expected.value, row["value"] if row else nothing(kpi))
            compared += 1

    assert compared > 20


def nothing(kpi: Kpi) -> float | None:
    """What a member without any of the KPI's measures has."""
    return 0 if kpi.kind == "count" else None


def same(one: float | None, other: float | None) -> bool:
    """Equal to a billionth, or both unknown."""
    if one is None or other is None:
        return one is other
    return one == pytest.approx(other, rel=1e-9)


@pytest.mark.parametrize("dimension", FULL)
def test_a_view_judges_cohorts_as_the_code_does(
    client: Any, counted: Cells, dimension: str
) -> None:
    """Waiting times, retention and incidences with those in flight: Kaplan–Meier and Aalen–Johansen in SQL."""
    view = f"v_duration_kpis(tenant='{TENANT}', dimension='{dimension}', {WINDOW}, as_of='{AS_OF}')"
    shown = {(row["member"], row["kpi"]): row for row in ask(client, view)}
    for member in members(counted, dimension):
        days = days_of(counted, dimension, member)
        for kpi in KPIS:
            if kpi.additive:
                continue
            expected, row = judge(kpi, days, day(AS_OF)), shown.get((member, kpi.id))
            assert same(expected.value, row["value"] if row else None)
            assert expected.n == (row["n"] if row else 0)
            assert expected.in_flight == (row["in_flight"] if row else 0)
            if kpi.kind == "incidence" and row:
                assert same(expected.low, row["low"]) and same(expected.high, row["high"])


def days_of(found: Cells, dimension: str, member: str) -> Days:
    """By day, what was counted and what began."""
    ours = {k: t for k, t in found.items() if k[1:3] == (dimension, member) and within(found, k)}
    return Days(
        {key.day: each for key, each in ours.items() if key.basis == "decision"},
        {key.day: each for key, each in ours.items() if key.basis == "entry"},
    )


def test_the_last_of_a_cohort_counts_too(client: Any) -> None:
    """One of two is rejected, then the other is hired: nobody is left, and half were hired."""
    applied = day(FIRST)
    made: Cells = {
        CellKey("x", TOTAL, ALL, applied, "decision"): {"applications": 2},
        CellKey("x", TOTAL, ALL, applied, "entry"): {
            "days.application.rejected.3": 1,
            "days.application.hired.5": 1,
        },
    }
    write(client, "last", made)
    view = f"v_duration_kpis(tenant='last', dimension='total', {WINDOW}, as_of='{AS_OF}')"
    (row,) = ask(client, view, "where kpi = 'hired_within_90_rate'")

    assert (row["value"], row["n"], row["in_flight"]) == (0.5, 2, 0)


def test_where_nobody_has_waited_a_day_no_stage_has_a_share(client: Any) -> None:
    """Zero of zero days is unknown, and never what JSON cannot say."""
    entered = day(FIRST)
    made: Cells = {
        CellKey("x", TOTAL, ALL, entered, "decision"): {"entered.screening": 9},
        CellKey("x", TOTAL, ALL, entered, "entry"): {"days.screening.passed.0": 9},
    }
    write(client, "prompt", made)
    view = f"v_bottleneck(tenant='prompt', dimension='total', {WINDOW}, as_of='{FIRST}')"
    (row,) = ask(client, view)

    assert (row["days_waited"], row["share"]) == (0, None)


@pytest.mark.parametrize(
    ("grain", "periods"),
    [
        ("day", {date(2026, 4, 1): 2, date(2026, 4, 2): 1}),
        ("week", {date(2026, 3, 30): 5, date(2026, 4, 6): 2}),
        ("month", {date(2026, 4, 1): 12}),
        ("quarter", {date(2026, 4, 1): 12}),
        ("fiscal_year", {date(2026, 4, 1): 12}),
        ("all", {FIRST: 12}),
    ],
)
def test_periods_begin_where_calendars_say(
    client: Any, counted: Cells, grain: str, periods: dict[date, int]
) -> None:
    """Weeks on Monday, fiscal years in April; days are the tenant's own."""
    view = (
        f"v_kpi_series(tenant='{TENANT}', dimension='total', basis='decision', {WINDOW}, "
        f"grain='{grain}', fiscal_start=4)"
    )
    shown = {row["period"]: row["n"] for row in ask(client, view, "where kpi = 'applications'")}

    assert periods.items() <= shown.items()


def test_the_funnel_counts_who_entered_and_what_became_of_them(client: Any, counted: Cells) -> None:
    """By the table of the season."""
    view = f"v_funnel(tenant='{TENANT}', dimension='total', basis='cohort', {WINDOW})"
    shown = {row["milestone"]: row for row in ask(client, view)}

    assert tuple(shown["screening"][name] for name in ("entered", "passed", "failed")) == (12, 8, 2)
    assert shown["interview_1"]["pass_rate"] == pytest.approx(0.6)
    assert [row["milestone"] for row in sorted(shown.values(), key=lambda r: r["position"])] == [
        "screening",
        "interview_1",
        "final_interview",
        "offer",
    ]


def test_the_triangle_sums_to_who_entered_and_who_left(client: Any, counted: Cells) -> None:
    """Twelve applied, of whom ten have ended."""
    view = f"v_triangle(tenant='{TENANT}', dimension='total', {WINDOW})"
    rows = [row for row in ask(client, view) if row["about"] == "application"]

    assert sum(row["cases"] for row in rows if not row["outcome"]) == 12
    assert sum(row["cases"] for row in rows if row["outcome"]) == 10


def test_the_pipeline_knows_who_waits_where(client: Any, counted: Cells) -> None:
    """At the end of April: three at screening, the longest for ten days, and one before an interview."""
    view = f"v_pipeline(tenant='{TENANT}', dimension='total', as_of='2026-04-30')"
    shown = {row["milestone"]: row for row in ask(client, view)}

    assert (shown["screening"]["waiting"], shown["screening"]["oldest_days"]) == (3, 10)
    assert shown["interview_1"]["waiting"] == 1
    assert "offer" not in shown


def test_costs_by_channel_sum_to_the_total(client: Any, counted: Cells) -> None:
    """No yen is lost between them."""
    view = f"v_costs(tenant='{TENANT}', {WINDOW}, grain='month', fiscal_start=4)"
    total = tally(counted, TOTAL, ALL, "decision")

    assert sum(row["amount"] for row in ask(client, view)) == sum(
        n for name, n in total.items() if name.startswith("cost.")
    )


def test_who_decided_few_is_not_shown_alone(client: Any, counted: Cells) -> None:
    """Of two interviewers one decided twice: he is behind `(n < 5)`."""
    shown = {row["person"]: row for row in ask(client, interviewers(TENANT))}

    assert {"p1", "(n < 5)"} == set(shown)
    assert shown["(n < 5)"]["people"] == 1


def interviewers(tenant: str) -> str:
    """The view over all stages."""
    return f"v_interviewers(tenant='{tenant}', milestone='', {WINDOW})"


def test_rates_of_interviewers_are_shrunk_as_the_exact_method_does(client: Any) -> None:
    """The moments of the view and the likelihood of the code differ by less than two points."""
    people = {
        f"p{i}": (passed, n)
        for i, (passed, n) in enumerate(((3, 30), (15, 40), (20, 25), (8, 20), (30, 60)))
    }
    made = {
        CellKey("x", "interviewer", who, day(FIRST), "decision"): {
            "passed.screening": passed,
            "failed.screening": n - passed,
        }
        for who, (passed, n) in people.items()
    }
    write(client, "shrunk", made)
    prior = fit([PassCount(passed, n) for passed, n in people.values()])
    for row in ask(client, interviewers("shrunk")):
        passed, n = people[row["person"]]
        exact = posterior(prior, PassCount(passed, n))
        assert row["shrunk"] == pytest.approx(exact.mean, abs=0.02)
        assert row["low"] < row["shrunk"] < row["high"]
        assert row["limit_998_low"] <= row["limit_95_low"] <= row["limit_95_high"]


def test_a_better_stage_is_worth_hires(client: Any) -> None:
    """Two channels pass half and all of ten: as good as the better quarter, hires rise by 87.5 ÷ 75."""
    made: Cells = {
        CellKey("x", "channel", channel, day(FIRST), "cohort"): {
            "passed.screening": passed,
            "failed.screening": 10 - passed,
        }
        for channel, passed in (("one", 5), ("two", 10))
    }
    made[CellKey("x", TOTAL, ALL, day(FIRST), "cohort")] = {"hired": 6}
    write(client, "what-if", made)
    (row,) = ask(client, f"v_what_if(tenant='what-if', {WINDOW})")

    assert row["rate"] == pytest.approx(0.75)
    assert row["better_rate"] == pytest.approx(0.875)
    assert row["more_hires"] == pytest.approx(6 * (0.875 / 0.75 - 1))


def test_the_bottleneck_is_where_the_days_go(client: Any, counted: Cells) -> None:
    """Shares of all days waited sum to one."""
    view = f"v_bottleneck(tenant='{TENANT}', dimension='total', {WINDOW}, as_of='{AS_OF}')"
    rows = ask(client, view)

    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert {row["milestone"]: row["median_days"] for row in rows}["offer"] == 5


def test_a_new_kpi_is_one_row(client: Any, counted: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """One definition: the view computes it and the catalogue lists it, without a line of SQL."""
    row = Kpi(
        id="scorecards_per_interview",
        ja="面接あたり評価数",
        en="Scorecards per interview",
        kind="ratio",
        unit="ratio",
        numerator=("feedback.*",),
        denominator=("interviews_held",),
        explain_ja="評価 ÷ 面接",
        explain_en="Scorecards ÷ interviews.",
    )
    view = f"v_kpis(tenant='{TENANT}', dimension='total', basis='decision', {WINDOW})"
    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "KPIS", (*KPIS, row))
        assert catalogue.publish(client)
        (shown,) = ask(client, view, f"where kpi = '{row.id}'")
    assert catalogue.publish(client)  # without it again

    assert (shown["value"], shown["n"]) == (1.0, 7)
    assert ask(client, view, f"where kpi = '{row.id}'") == []


def test_plan_and_actual_stand_side_by_side(client: Any, counted: Cells) -> None:
    """Half of the quarter gone: hires against half of the plan, a rate and a cost limit against the whole of it."""
    quarter = (date(2026, 4, 1), date(2026, 6, 30), "2026-Q2")
    wanted = [
        PlannedTarget(TENANT, kpi, TOTAL, ALL, "decision", *quarter, plan, better, "hr", "", 0)
        for kpi, plan, better in (
            ("hires", 4, 1),
            ("offer_accept_rate", 0.5, 1),
            ("cost_total", 1_000_000, -1),
            ("joins", 0, 1),
        )
    ]
    Writer(client).plan([PlannedTarget("gone", *wanted[0][1:])])
    Writer(client).plan(wanted)
    shown = {
        row["kpi"]: row for row in ask(client, f"v_plan(tenant='{TENANT}', as_of='2026-05-15')")
    }

    assert shown["hires"]["gone"] == pytest.approx(45 / 91)
    assert shown["hires"]["actual"] == 2
    assert shown["hires"]["gap"] == pytest.approx(2 - 4 * 45 / 91)
    assert (shown["offer_accept_rate"]["actual"], shown["offer_accept_rate"]["n"]) == (0.6, 5)
    assert shown["cost_total"]["gap"] < 0
    assert (shown["joins"]["actual"], shown["joins"]["achieved"]) == (2, None)
    assert ask(client, "v_plan(tenant='gone', as_of='2026-05-15')") == []


def test_the_catalogue_is_published_once(client: Any) -> None:
    """A second start finds it as it is; every definition is there."""
    assert not catalogue.publish(client)
    assert [row["id"] for row in ask(client, "v_definitions", "order by position")] == [
        kpi.id for kpi in KPIS
    ]
