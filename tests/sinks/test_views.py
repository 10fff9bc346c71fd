"""Every KPI that a ClickHouse view computes equals the Python function that defines it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.cells import ALL, DIMENSIONS, FULL_DIMENSIONS, TOTAL, CellKey, Cells
from schemas.instants import EPOCH_DAY
from schemas.kpis.catalogue import KPIS, kpis_for
from schemas.kpis.definition import Kpi, evaluate
from schemas.kpis.durations import DailyTallies, evaluate_duration, sum_tallies
from schemas.statistics.comparison import compare
from schemas.statistics.shrinkage import PassCount, fit_prior, posterior
from sinks.clickhouse import catalogue
from sinks.clickhouse.rows import KpiCell, PlannedTarget
from sinks.clickhouse.writer import Writer
from tests.golden.season_events import season_delivery
from tests.golden.test_golden import season_tenancy
from tests.vendors.folding import folded_cells

FIRST, LAST, AS_OF = date(2026, 4, 1), date(2026, 6, 30), date(2026, 6, 30)
WINDOW = f"first = '{FIRST}', last = '{LAST}'"
TENANT = "golden"


def day(when: date) -> int:
    """Days since 1970-01-01."""
    return when.toordinal() - EPOCH_DAY


def in_window(tallies: Cells, key: CellKey) -> bool:
    """Return whether the cell's day is in the window."""
    return day(FIRST) <= key.day <= day(LAST)


def write(client: Any, tenant: str, tallies: Cells) -> None:
    """Write the cells as the archiver does."""
    origin = date(1970, 1, 1)
    rows = [
        KpiCell(0, tenant, k.dimension, k.member, origin + timedelta(k.day), k.basis, name, 0, n, 1)
        for k, tally in tallies.items()
        for name, n in tally.items()
    ]
    Writer(client).write(rows, f"views-{tenant}")


@pytest.fixture(scope="module")
def counted(client: Any) -> Iterator[Cells]:
    """The cells of the golden season, also written to ClickHouse."""
    tallies = folded_cells([season_delivery()], season_tenancy())
    write(client, TENANT, tallies)
    yield tallies
    client.command(f"delete from epoch_cells where tenant = '{TENANT}'")


def query_view(client: Any, view: str, more: str = "") -> list[dict[str, Any]]:
    """The rows of a view."""
    return list(client.query(f"select * from {view} {more}").named_results())


def members(tallies: Cells, dimension: str) -> set[str]:
    """All members of a dimension."""
    return {key.member for key in tallies if key.dimension == dimension}


def tally(tallies: Cells, dimension: str, member: str, basis: str) -> dict[str, int]:
    """The measures of a member, summed over the window."""
    return sum_tallies(
        sums
        for key, sums in tallies.items()
        if (key.dimension, key.member, key.basis) == (dimension, member, basis)
        and in_window(tallies, key)
    )


@pytest.mark.parametrize("basis", ["decision", "cohort"])
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_view_computes_kpis_as_the_code_does(
    client: Any, counted: Cells, dimension: str, basis: str
) -> None:
    """Value and number of cases agree for every additive KPI of every member."""
    view = f"v_kpis(tenant='{TENANT}', dimension='{dimension}', basis='{basis}', {WINDOW})"
    rows = {(row["member"], row["kpi"]): row for row in query_view(client, view)}
    compared = 0
    for member in members(counted, dimension):
        sums = tally(counted, dimension, member, basis)
        for kpi in kpis_for(dimension, basis):  # type: ignore[arg-type]
            if not kpi.additive:
                continue
            expected, row = evaluate(kpi, sums), rows.get((member, kpi.id))
            assert expected.n == (row["n"] if row else 0)
            assert same(expected.value, row["value"] if row else empty_value(kpi))
            compared += 1

    assert compared > 20


def empty_value(kpi: Kpi) -> float | None:
    """The value of a member without any of the KPI's measures."""
    return 0 if kpi.kind == "count" else None


def same(left: float | None, right: float | None) -> bool:
    """Return whether two values are equal to a billionth, or both unknown."""
    if left is None or right is None:
        return left is right
    return left == pytest.approx(right, rel=1e-9)


@pytest.mark.parametrize("dimension", FULL_DIMENSIONS)
def test_a_view_computes_cohort_kpis_as_the_code_does(
    client: Any, counted: Cells, dimension: str
) -> None:
    """Waiting times, retention and incidences with censoring agree: Kaplan–Meier and Aalen–Johansen in SQL."""
    view = f"v_duration_kpis(tenant='{TENANT}', dimension='{dimension}', {WINDOW}, as_of='{AS_OF}')"
    rows = {(row["member"], row["kpi"]): row for row in query_view(client, view)}
    for member in members(counted, dimension):
        days = days_of(counted, dimension, member)
        for kpi in KPIS:
            if kpi.additive:
                continue
            expected, row = evaluate_duration(kpi, days, day(AS_OF)), rows.get((member, kpi.id))
            assert same(expected.value, row["value"] if row else None)
            assert expected.n == (row["n"] if row else 0)
            assert expected.in_flight == (row["in_flight"] if row else 0)
            if kpi.kind == "incidence" and row:
                assert same(expected.low, row["low"]) and same(expected.high, row["high"])


def days_of(tallies: Cells, dimension: str, member: str) -> DailyTallies:
    """The measures of a member by decision day and by entry day."""
    member_tallies = {
        k: t for k, t in tallies.items() if k[1:3] == (dimension, member) and in_window(tallies, k)
    }
    return DailyTallies(
        {key.day: sums for key, sums in member_tallies.items() if key.basis == "decision"},
        {key.day: sums for key, sums in member_tallies.items() if key.basis == "entry"},
    )


def test_a_finished_cohort_counts_its_last_member(client: Any) -> None:
    """When one of two is rejected and then the other hired, the hired share is one half."""
    applied = day(FIRST)
    tallies: Cells = {
        CellKey("x", TOTAL, ALL, applied, "decision"): {"applications": 2},
        CellKey("x", TOTAL, ALL, applied, "entry"): {
            "days.application.rejected.3": 1,
            "days.application.hired.5": 1,
        },
    }
    write(client, "last", tallies)
    view = f"v_duration_kpis(tenant='last', dimension='total', {WINDOW}, as_of='{AS_OF}')"
    (row,) = query_view(client, view, "where kpi = 'hired_within_90_rate'")

    assert (row["value"], row["n"], row["in_flight"]) == (0.5, 2, 0)


def test_a_share_of_zero_days_is_null(client: Any) -> None:
    """A share of zero days is null, never NaN."""
    entered = day(FIRST)
    tallies: Cells = {
        CellKey("x", TOTAL, ALL, entered, "decision"): {"entered.screening": 9},
        CellKey("x", TOTAL, ALL, entered, "entry"): {"days.screening.passed.0": 9},
    }
    write(client, "prompt", tallies)
    view = f"v_bottleneck(tenant='prompt', dimension='total', {WINDOW}, as_of='{FIRST}')"
    (row,) = query_view(client, view)

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
def test_periods_follow_the_calendar(
    client: Any, counted: Cells, grain: str, periods: dict[date, int]
) -> None:
    """Weeks on Monday, fiscal years in April; days are the tenant's own."""
    view = (
        f"v_kpi_series(tenant='{TENANT}', dimension='total', basis='decision', {WINDOW}, "
        f"grain='{grain}', fiscal_start=4)"
    )
    counts = {
        row["period"]: row["n"] for row in query_view(client, view, "where kpi = 'applications'")
    }

    assert periods.items() <= counts.items()


def test_the_funnel_counts_entries_and_outcomes(client: Any, counted: Cells) -> None:
    """The funnel matches the season's table."""
    view = f"v_funnel(tenant='{TENANT}', dimension='total', basis='cohort', {WINDOW})"
    rows = {row["milestone"]: row for row in query_view(client, view)}

    assert tuple(rows["screening"][name] for name in ("entered", "passed", "failed")) == (12, 8, 2)
    assert rows["interview_1"]["pass_rate"] == pytest.approx(0.6)
    assert [row["milestone"] for row in sorted(rows.values(), key=lambda r: r["position"])] == [
        "screening",
        "interview_1",
        "final_interview",
        "offer",
    ]


def test_the_triangle_sums_to_entries_and_exits(client: Any, counted: Cells) -> None:
    """Twelve applications entered, and ten have ended."""
    view = f"v_triangle(tenant='{TENANT}', dimension='total', {WINDOW})"
    rows = [row for row in query_view(client, view) if row["about"] == "application"]

    assert sum(row["cases"] for row in rows if not row["outcome"]) == 12
    assert sum(row["cases"] for row in rows if row["outcome"]) == 10


def test_the_pipeline_counts_waiting_applications(client: Any, counted: Cells) -> None:
    """At the end of April three wait at screening, the longest for ten days, and one waits for an interview."""
    view = f"v_pipeline(tenant='{TENANT}', dimension='total', as_of='2026-04-30')"
    rows = {row["milestone"]: row for row in query_view(client, view)}

    assert (rows["screening"]["waiting"], rows["screening"]["oldest_days"]) == (3, 10)
    assert rows["interview_1"]["waiting"] == 1
    assert "offer" not in rows


def test_costs_by_channel_sum_to_the_total(client: Any, counted: Cells) -> None:
    """The costs of all channels add up to the total cost."""
    view = f"v_costs(tenant='{TENANT}', {WINDOW}, grain='month', fiscal_start=4)"
    total = tally(counted, TOTAL, ALL, "decision")

    assert sum(row["amount"] for row in query_view(client, view)) == sum(
        n for name, n in total.items() if name.startswith("cost.")
    )


def test_interviewers_with_few_decisions_are_grouped(client: Any, counted: Cells) -> None:
    """Interviewers with fewer than five decisions are one row, which never holds one person: another is taken along."""
    rows = {row["person"]: row for row in query_view(client, interviewers(TENANT))}

    assert {"(n < 5)"} == set(rows)
    assert rows["(n < 5)"]["people"] == 2


def interviewers(tenant: str) -> str:
    """The view over all stages."""
    return f"v_interviewers(tenant='{tenant}', milestone='', {WINDOW})"


def test_rates_of_interviewers_are_shrunk_as_the_exact_method_does(client: Any) -> None:
    """The grid of the view and the likelihood of the code differ by less than a point, in the rate and its interval."""
    people = {
        f"p{i}": (passed, n)
        for i, (passed, n) in enumerate(((3, 30), (15, 40), (20, 25), (8, 20), (30, 60)))
    }
    tallies = {
        CellKey("x", "interviewer", person, day(FIRST), "decision"): {
            "passed.screening": passed,
            "failed.screening": n - passed,
        }
        for person, (passed, n) in people.items()
    }
    write(client, "shrunk", tallies)
    prior = fit_prior([PassCount(passed, n) for passed, n in people.values()])
    for row in query_view(client, interviewers("shrunk")):
        passed, n = people[row["person"]]
        exact = posterior(prior, PassCount(passed, n))
        assert row["shrunk"] == pytest.approx(exact.mean, abs=0.01)
        assert (row["low"], row["high"]) == pytest.approx(exact.interval(), abs=0.03)
        assert row["limit_998_low"] <= row["limit_95_low"] <= row["limit_95_high"]


def test_interviewers_are_compared_by_stage(client: Any) -> None:
    """Expected rates equal the exact comparison; who decides at the hardest stage alone is within the limits."""
    decisions = {
        "a": {"screening": (60, 100)},
        "b": {"final_interview": (20, 100)},
        "c": {"screening": (60, 100), "final_interview": (20, 100)},
    }
    tallies: Cells = {
        CellKey("x", "interviewer", person, day(FIRST), "decision"): {
            f"{outcome}.{stage}": count
            for stage, (passed, n) in stages.items()
            for outcome, count in (("passed", passed), ("failed", n - passed))
        }
        for person, stages in decisions.items()
    }
    write(client, "by-stage", tallies)
    exact = {
        row.members[0]: row
        for row in compare(
            {
                person: {stage: PassCount(*counts) for stage, counts in stages.items()}
                for person, stages in decisions.items()
            }
        )
    }
    for row in query_view(client, interviewers("by-stage")):
        assert row["expected"] == pytest.approx(exact[row["person"]].expected, abs=1e-9)
        assert row["shrunk"] == pytest.approx(exact[row["person"]].shrunk.mean, abs=0.01)
        assert row["limit_95_low"] < row["adjusted"] < row["limit_95_high"]


def test_identical_channels_promise_nothing(client: Any) -> None:
    """Twelve channels that differ by chance alone promise no further hire."""
    tallies: Cells = {
        CellKey("x", "channel", f"c{number}", day(FIRST), "cohort"): {
            "passed.screening": passed,
            "failed.screening": 20 - passed,
        }
        for number, passed in enumerate((8, 9, 6, 11, 8, 5, 10, 7, 8, 12, 9, 6))
    }
    tallies[CellKey("x", TOTAL, ALL, day(FIRST), "cohort")] = {"hired": 40}
    write(client, "identical", tallies)
    (row,) = query_view(client, f"v_what_if(tenant='identical', {WINDOW})")

    assert row["more_hires"] == 0


def test_a_better_pass_rate_yields_more_hires(client: Any) -> None:
    """With channels passing half and all of ten, the upper quartile of their shrunk rates is the better rate."""
    tallies: Cells = {
        CellKey("x", "channel", channel, day(FIRST), "cohort"): {
            "passed.screening": passed,
            "failed.screening": 10 - passed,
        }
        for channel, passed in (("one", 5), ("two", 10))
    }
    tallies[CellKey("x", TOTAL, ALL, day(FIRST), "cohort")] = {"hired": 6}
    write(client, "what-if", tallies)
    (row,) = query_view(client, f"v_what_if(tenant='what-if', {WINDOW})")

    assert row["rate"] == pytest.approx(0.75)
    assert 0.75 < row["better_rate"] < 0.875
    assert row["more_hires"] == pytest.approx(6 * (row["better_rate"] / 0.75 - 1))


def test_bottleneck_shares_sum_to_one(client: Any, counted: Cells) -> None:
    """The shares of days waited sum to one."""
    view = f"v_bottleneck(tenant='{TENANT}', dimension='total', {WINDOW}, as_of='{AS_OF}')"
    rows = query_view(client, view)

    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert {row["milestone"]: row["median_days"] for row in rows}["offer"] == 5


def test_a_new_kpi_needs_no_sql(
    client: Any, counted: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The view computes a KPI that was added to the catalogue, without new SQL."""
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
        (computed,) = query_view(client, view, f"where kpi = '{row.id}'")
    assert catalogue.publish(client)  # without it again

    assert (computed["value"], computed["n"]) == (1.0, 7)
    assert query_view(client, view, f"where kpi = '{row.id}'") == []


def test_plan_and_actual_are_compared(client: Any, counted: Cells) -> None:
    """Halfway through a quarter, hires are compared with half of the plan, a rate and a cost limit with all of it."""
    quarter = (date(2026, 4, 1), date(2026, 6, 30), "2026-Q2")
    targets = [
        PlannedTarget(TENANT, kpi, TOTAL, ALL, "decision", *quarter, plan, better, "hr", "", 0)
        for kpi, plan, better in (
            ("hires", 4, 1),
            ("offer_accept_rate", 0.5, 1),
            ("cost_total", 1_000_000, -1),
            ("joins", 0, 1),
        )
    ]
    Writer(client).replace_targets([PlannedTarget("gone", *targets[0][1:])])
    Writer(client).replace_targets(targets)
    rows = {
        row["kpi"]: row
        for row in query_view(client, f"v_plan(tenant='{TENANT}', as_of='2026-05-15')")
    }

    assert rows["hires"]["gone"] == pytest.approx(45 / 91)
    assert rows["hires"]["actual"] == 2
    assert rows["hires"]["gap"] == pytest.approx(2 - 4 * 45 / 91)
    assert (rows["offer_accept_rate"]["actual"], rows["offer_accept_rate"]["n"]) == (0.6, 5)
    assert rows["cost_total"]["gap"] < 0
    assert (rows["joins"]["actual"], rows["joins"]["achieved"]) == (2, None)
    assert query_view(client, "v_plan(tenant='gone', as_of='2026-05-15')") == []


def test_the_catalogue_is_published_once(client: Any) -> None:
    """Publishing again writes nothing, and every definition is in the view."""
    assert not catalogue.publish(client)
    assert [row["id"] for row in query_view(client, "v_definitions", "order by position")] == [
        kpi.id for kpi in KPIS
    ]


def test_a_catalogue_with_rows_missing_is_published_again(client: Any) -> None:
    """Files of it were damaged and ClickHouse started without their rows."""
    client.command("delete from kpi_measures where kpi = 'hires'")

    assert catalogue.publish(client)
    assert not catalogue.publish(client)
