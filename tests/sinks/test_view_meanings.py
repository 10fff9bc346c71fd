"""What the views leave out or set apart: unknown outcomes, planned joins, side steps, internal cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.cells import ALL, TOTAL, CellKey, Cells
from schemas.instants import local_today
from schemas.kpis.catalogue import BY_ID, KPIS
from schemas.kpis.definition import evaluate
from schemas.kpis.definitions.money import EXTERNAL, INTERNAL
from schemas.kpis.durations import evaluate_duration
from schemas.tenants.config import Tenancy
from schemas.tenants.milestones import MAIN_LINE, MILESTONES, SIDE_STEPS
from sinks.clickhouse import tenants
from streams.reading.kpis import KpiQuery, fetch_kpis
from tests.ingest import gateways
from tests.sinks.test_views import (
    AS_OF,
    FIRST,
    WINDOW,
    day,
    days_of,
    interviewers,
    query_view,
    write,
)


def test_a_case_of_unknown_outcome_never_entered(client: Any) -> None:
    """It is neither waiting nor resolved, in SQL as in Python: two of three cases remain, one of them waiting."""
    entered = CellKey("x", TOTAL, ALL, day(FIRST), "decision")
    ended = CellKey("x", TOTAL, ALL, day(FIRST), "entry")
    tallies: Cells = {
        entered: {"entered.screening": 3, "applications": 1},
        ended: {
            "days.screening.passed.2": 1,
            "days.screening.unknown.0": 1,
            "days.application.unknown.0": 1,
        },
    }
    write(client, "unknown", tallies)
    days = days_of(tallies, TOTAL, ALL)
    as_of = f"as_of='{AS_OF}'"
    views = {
        name: query_view(client, f"{name}(tenant='unknown', dimension='total', {more})")
        for name, more in (
            ("v_duration_kpis", f"{WINDOW}, {as_of}"),
            ("v_triangle", WINDOW),
            ("v_pipeline", as_of),
        )
    }

    computed = {row["kpi"]: (row["n"], row["in_flight"]) for row in views["v_duration_kpis"]}
    for kpi in KPIS:
        if not kpi.additive:
            expected = evaluate_duration(kpi, days, day(AS_OF))
            assert computed.get(kpi.id, (0, 0)) == (expected.n, expected.in_flight)
    assert computed == {"time_in_screening_days": (2, 1)}
    assert [(row["milestone"], row["waiting"]) for row in views["v_pipeline"]] == [("screening", 1)]
    entries = [(r["about"], r["cases"]) for r in views["v_triangle"] if r["outcome"] == ""]
    assert sum(n for about, n in entries if about == "screening") == 2
    assert sum(n for about, n in entries if about == "application") == 0


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_join_after_today_is_planned(client: Any, zone: str) -> None:
    """Until the tenant's own day a join is a plan; `kpi show` as of today and the view say the same."""
    today = local_today(datetime.now(UTC), zone)
    tenant = f"joins-{zone.rpartition('/')[2].casefold()}"
    (acme,) = gateways.tenancy().tenants
    company = acme.model_copy(update={"id": tenant, "timezone": zone})
    tenants.publish(client, Tenancy(tenants=(company,)))
    tallies: Cells = {
        CellKey("x", TOTAL, ALL, day(when), "decision"): {
            "joined": 1,
            "left_employment": 1,
            "start_days.30": 1,
        }
        for when in (today - timedelta(1), today, today + timedelta(1), today + timedelta(2))
    }
    write(client, tenant, tallies)
    first, last = today - timedelta(9), today + timedelta(9)
    query = KpiQuery(tenant=tenant, basis="decision", first=first, last=last, as_of=today)
    table = fetch_kpis(client, query)
    (member,) = table.rows
    window = f"first = '{first}', last = '{last}'"
    view = f"v_kpis(tenant='{tenant}', dimension='total', basis='decision', {window})"
    seen = {row["kpi"]: row["n"] for row in query_view(client, view)}

    assert {kpi.id: n for kpi in table.kpis if (n := table.value(kpi, member).n)} == seen
    assert seen == {
        "joins": 2,
        "joins_planned": 2,
        "leavers": 2,
        "time_to_start_days": 2,
        "time_to_start_mean_days": 2,
    }
    assert member.measures["joined"] == 4


def test_side_steps_stand_beside_the_main_line(client: Any) -> None:
    """Views that compare stages leave side steps out, and `v_funnel` marks them."""
    results = {
        f"{way}.{stage}": 5 for way in ("passed", "failed") for stage in (*MILESTONES, "unmapped")
    }
    tallies: Cells = {
        CellKey("x", "interviewer", "p1", day(FIRST), "decision"): results,
        CellKey("x", "channel", "one", day(FIRST), "cohort"): results,
    }
    write(client, "steps", tallies)
    funnel = query_view(
        client, f"v_funnel(tenant='steps', dimension='channel', basis='cohort', {WINDOW})"
    )
    (person,) = query_view(client, interviewers("steps"))
    what_if = query_view(client, f"v_what_if(tenant='steps', {WINDOW})")

    assert {row["milestone"] for row in funnel if row["side_step"]} == {*SIDE_STEPS}
    assert {row["milestone"] for row in what_if} == {*MAIN_LINE}
    assert person["n"] == evaluate(BY_ID["stage_pass_rate"], results).n


def test_costs_are_external_as_the_kpi_says(client: Any) -> None:
    """The view and the KPI place every kind of cost alike."""
    tallies: Cells = {
        CellKey("x", "channel", "one", day(FIRST), "decision"): dict.fromkeys(
            (*EXTERNAL, *INTERNAL), 1
        )
    }
    write(client, "kinds", tallies)
    view = f"v_costs(tenant='kinds', {WINDOW}, grain='all', fiscal_start=4)"
    rows = query_view(client, view)

    assert {f"cost.{row['kind']}" for row in rows if row["external"]} == {*EXTERNAL}
    assert len(rows) == len(EXTERNAL) + len(INTERNAL)
