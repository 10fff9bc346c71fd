"""Benchmark of every view read by a board, on five million cell rows, against plain sums of the base table."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sinks.clickhouse.access import ClickHouseAccess
from sinks.clickhouse.client import connect
from sinks.clickhouse.migrate import migrate

ROWS = int(os.environ.get("BENCH_CELL_ROWS", "5000000"))
LIMIT_S = 0.3
YEAR = "first='2026-01-01', last='2026-12-31'"
VIEWS = {
    "v_kpis, channels": f"v_kpis(tenant='t1', dimension='channel', basis='decision', {YEAR})",
    "v_kpis, jobs": f"v_kpis(tenant='t1', dimension='job', basis='cohort', {YEAR})",
    "v_kpi_series by month": (
        f"v_kpi_series(tenant='t1', dimension='total', basis='decision', {YEAR}, grain='month', fiscal_start=4)"
    ),
    "v_funnel": f"v_funnel(tenant='t1', dimension='channel', basis='cohort', {YEAR})",
    "v_triangle": f"v_triangle(tenant='t1', dimension='total', {YEAR})",
    "v_duration_kpis": f"v_duration_kpis(tenant='t1', dimension='channel', {YEAR}, as_of='2026-12-31')",
    "v_interviewers": f"v_interviewers(tenant='t1', milestone='', {YEAR})",
    "v_pipeline": "v_pipeline(tenant='t1', dimension='job', as_of='2026-12-31')",
    "v_costs": f"v_costs(tenant='t1', {YEAR}, grain='month', fiscal_start=4)",
    "v_bottleneck": f"v_bottleneck(tenant='t1', dimension='total', {YEAR}, as_of='2026-12-31')",
    "v_what_if": f"v_what_if(tenant='t1', {YEAR})",
    "v_plan": "v_plan(tenant='t1', as_of='2026-12-31')",
    "v_breaches": "v_breaches where tenant = 't1'",
    "v_breach_actions": "v_breach_actions(tenant='t1', days=14)",
    "v_quality": f"v_quality(tenant='t1', {YEAR})",
    "v_audit": "v_audit where tenant = 't1'",
    "v_freshness": "v_freshness",
    "v_as_of": "v_as_of",
}
BASELINE = """
select member, measure, sum(value)
from epoch_cells
where tenant = 't1' and dimension = 'channel' and basis = 'decision' and day between '2026-01-01' and '2026-12-31'
group by member, measure
"""
# Ten companies, two years, 40 channels, 120 jobs, 30 recruiters and 300 interviewers each; four source partitions.
FILL = """
insert into epoch_cells
with
    ['passed.screening', 'failed.screening', 'passed.interview_1', 'failed.interview_1', 'withdrew.interview_1',
     'passed.final_interview', 'failed.final_interview', 'applications', 'hired', 'offers_made', 'offers_accepted',
     'offers_declined', 'interviews_held', 'feedback.yes', 'feedback.no', 'rejected', 'withdrawn', 'joined'] as plain,
    ['entered.screening', 'entered.interview_1', 'entered.final_interview', 'entered.offer'] as entered,
    ['response_hours', 'scorecard_hours', 'hire_days', 'accept_days'] as timed,
    ['screening.passed', 'screening.failed', 'interview_1.passed', 'interview_1.withdrew', 'final_interview.passed',
     'application.hired', 'application.rejected'] as stayed,
    cityHash64(number) as dice,
    dice % 100 as kind,
    ['total', 'channel', 'job', 'recruiter', 'interviewer'][1 + intDiv(dice, 100) % 5] as dim
select
    0 as epoch,
    concat('t', toString(intDiv(dice, 7) % 10)) as tenant,
    if(kind >= 80 and dim = 'interviewer', 'channel', dim) as dimension,
    multiIf(
        dimension = 'total', 'all',
        dimension = 'channel', concat('c', toString(intDiv(dice, 1000) % 40)),
        dimension = 'job', concat('j', toString(intDiv(dice, 1000) % 120)),
        dimension = 'recruiter', concat('r', toString(intDiv(dice, 1000) % 30)),
        concat('p', toString(intDiv(dice, 1000) % 300))
    ) as member,
    toDate('2025-01-01') + intDiv(dice, 1000003) % 730 as day,
    multiIf(kind >= 80, 'entry', kind % 2 = 0, 'decision', 'cohort') as basis,
    multiIf(
        kind >= 80,
        concat('days.', stayed[1 + intDiv(dice, 11) % 7], '.', toString(intDiv(dice, 13) % 30)),
        kind >= 70,
        concat(timed[1 + intDiv(dice, 11) % 4], '.', toString(intDiv(dice, 13) % 96)),
        kind >= 50,
        entered[1 + intDiv(dice, 11) % 4],
        plain[1 + intDiv(dice, 11) % 18]
    ) as measure,
    intDiv(dice, 17) % 4 as src_partition,
    1 + intDiv(dice, 19) % 3 as value,
    1 as version
from numbers({rows:UInt64})
settings max_partitions_per_insert_block = 1000
"""


PLANNED = """
insert into targets
select 't1', 'hires', 'channel', concat('c', toString(number % 40)), 'decision', first, addDays(addMonths(first, 1), -1), '', 2, 1,
    '', '', 1
from (select number, addMonths(toDate('2026-01-01'), intDiv(number, 40)) as first from numbers(200))
"""
BREACHES = """
insert into breaches
select 't1', lower(hex(cityHash64(number))), 'r', 'hires', 'total', 'all', 'o', 'info', 'resolved', 'recovered', 'at_least', 1, 28,
    '2026-01-01', '2026-01-01', '2026-01-08', '2026-01-08', 0.1, 10, null, null, null, '2026-01-01', '2026-01-08', '{}', number
from numbers(20000)
"""
ACTIONS = """
insert into breach_actions
select 't1', id, lower(hex(MD5(concat(id, toString(number))))), ['accepted', 'done', 'ignored'][1 + number % 3], told, told, version
from breaches
cross join numbers(3) as times
"""


@pytest.fixture(scope="module")
def filled_database(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A database with `ROWS` cell rows."""
    client = connect(
        ClickHouseAccess(url=f"chdb://{tmp_path_factory.mktemp('clickhouse')}"), timeout_s=600
    )
    migrate(client)
    client.command(FILL, parameters={"rows": ROWS})
    for statement in (PLANNED, BREACHES, ACTIONS):
        client.command(statement)
    return client


def best(run: Callable[[], object], times: int = 5) -> float:
    """Return the seconds of the fastest run."""
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def test_every_view_answers_in_time(filled_database: Any) -> None:
    """Every view answers in less than 300 ms."""
    row_count = filled_database.query("select count() from epoch_cells").result_rows[0][0]
    plain = best(lambda: filled_database.query(BASELINE))
    print(f"\n{row_count} cell rows; plain sums of the base table: {plain * 1000:.0f} ms")
    seconds = {}
    for name, view in VIEWS.items():
        seconds[name] = best(lambda view=view: filled_database.query(f"select * from {view}"))  # type: ignore[misc]
        print(
            f"{name}: {seconds[name] * 1000:.0f} ms, {seconds[name] / plain:.1f} times plain sums"
        )

    view_names = {name for name in VIEWS if name.startswith("v_")}
    existing = {path.stem for path in Path("sinks/clickhouse/views").glob("*.sql")}
    assert {name.partition(" ")[0].rstrip(",") for name in view_names} <= existing
    assert {name for name, elapsed in seconds.items() if elapsed > LIMIT_S} == set()
