"""Numbers end to end: a hand-computed season, a table and an event log, from HTTP to `hirelay kpi show`."""

import csv
import io
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas
import pytest
import yaml

from schemas.kpis.catalogue import BY_ID
from tests.e2e.configuration import post_delivery
from tests.e2e.conftest import Stack, wait_until
from tests.golden import test_golden
from tests.golden.season_events import season_delivery

SEEN_S = 30.0
ROWS = 1_000
TOKYO = ZoneInfo("Asia/Tokyo")


def show_kpis(configured_stack: Stack, tenant: str, *options: str) -> list[dict[str, str]]:
    """Return the rows that `hirelay kpi show` prints."""
    done = configured_stack.hirelay("kpi", "show", "--tenant", tenant, "--format", "csv", *options)
    assert done.returncode == 0, done.stderr[-2000:]
    return list(csv.DictReader(io.StringIO(done.stdout)))


def count_applications(configured_stack: Stack, tenant: str) -> int:
    """Return the number of applications counted."""
    query = """
    select sum(value)
    from v_cells
    where tenant = {tenant:String} and dimension = 'total' and basis = 'cohort' and measure = 'applications'
    """
    return int(configured_stack.query(query, tenant=tenant)[0][0])


def test_the_hand_computed_season_is_shown(configured_stack: Stack) -> None:
    """Signed, posted, counted by the worker and stored in ClickHouse, every value matches the golden file."""
    assert post_delivery(configured_stack, "golden-events", season_delivery()) == 200
    wait_until(lambda: count_applications(configured_stack, "golden") == 14, SEEN_S)
    window = ("--from", "2026-04-01", "--to", "2026-04-30", "--as-of", "2026-06-30")
    printed: dict[tuple[str, str, str], tuple[str, str]] = {}
    for dimension in ("total", "interviewer", "channel"):
        for basis in ("decision", "cohort", "entry"):
            for row in show_kpis(
                configured_stack, "golden", "--dim", dimension, "--basis", basis, *window
            ):
                of = f"{dimension}/{row['member']}"
                printed[row["kpi"], of, basis] = row["value"], row["n"]

    for case in test_golden.cases():
        if case.kpi.startswith("retention"):
            continue  # of those who joined in another window
        value, n = printed[case.kpi, case.of, case.basis]
        assert n == (case.n if BY_ID[case.kpi].counts_cases else "")
        assert (case.value == "") == (value == "")
        assert not value or float(value) == pytest.approx(float(case.value), rel=1e-9)


def application_table(dice: random.Random) -> Iterator[dict[str, str]]:
    """Yield a table of applications as a company keeps it."""
    for number in range(ROWS):
        applied = datetime(2026, 1, 5, tzinfo=TOKYO) + timedelta(hours=dice.randrange(24 * 150))
        row = {
            "応募ID": f"A-{number}",
            "応募日": f"{applied:%Y/%m/%d %H:%M}",
            "求人ID": f"J-{number % 7}",
        }
        row |= {
            "応募経路": dice.choice(["doda", "ビズリーチ", "Indeed"]),
            "選考段階": "",
            "不採用日": "",
            "採用決定日": "",
        }
        if dice.random() < 0.7:
            row["不採用日"] = f"{applied + timedelta(days=dice.randrange(1, 20)):%Y/%m/%d}"
        elif dice.random() < 0.3:
            row["採用決定日"] = f"{applied + timedelta(days=dice.randrange(20, 60)):%Y/%m/%d}"
        yield row


def test_a_table_is_imported_once_however_often_it_is_sent(
    configured_stack: Stack, tmp_path: Path
) -> None:
    """A CP932 table is imported over HTTP; importing it again counts nothing, and every cell matches the oracle."""
    table = list(application_table(random.Random(5)))
    path = tmp_path / "応募.csv"
    with path.open("w", encoding="cp932", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    ours = ("import", str(path), "--connection", "tables-events", "--apply")
    first = configured_stack.hirelay(*ours)
    assert first.returncode == 0, first.stdout[-2000:] + first.stderr[-2000:]
    wait_until(lambda: count_applications(configured_stack, "tables") == ROWS, SEEN_S)
    assert configured_stack.hirelay(*ours, "--restart").returncode == 0
    verdict = configured_stack.verify()
    window = ("--from", "2026-01-01", "--to", "2026-12-31", "--dim", "total")
    counted = {row["kpi"]: row["value"] for row in show_kpis(configured_stack, "tables", *window)}

    assert verdict["equal"]
    assert counted["applications"] == str(ROWS)
    assert counted["hires"] == str(sum(bool(row["採用決定日"]) for row in table))
    assert counted["rejections"] == str(sum(bool(row["不採用日"]) for row in table))


def event_log(dice: random.Random) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return an object-centric event log (OCEL 1.0) of hiring, and the history of each application."""
    objects: dict[str, Any] = {
        f"v-{n}": {"ocel:type": "Vacancy", "ocel:ovmap": {}} for n in range(3)
    }
    events: dict[str, Any] = {}
    applications = []

    def add_event(activity: str, at: datetime, *omap: str) -> None:
        events[f"e{len(events)}"] = {
            "ocel:activity": activity,
            "ocel:timestamp": at.isoformat(),
            "ocel:omap": list(omap),
            "ocel:vmap": {},
        }

    for number in range(300):
        app, job = f"a-{number}", f"v-{number % 3}"
        objects[app] = {"ocel:type": "Application", "ocel:ovmap": {}}
        applied = datetime(2026, 2, 2, 9, tzinfo=TOKYO) + timedelta(hours=dice.randrange(24 * 60))
        add_event("Submit application", applied, app, job)
        screened = applied + timedelta(hours=dice.randrange(2, 200))
        add_event("Screen", screened, app)
        ended = screened + timedelta(hours=dice.randrange(24, 900))
        hired = dice.random() < 0.4
        add_event("Hire" if hired else "Reject", ended, app)
        applications.append(
            {"applied": applied, "screened": screened, "ended": ended, "hired": hired}
        )
    head = {"ocel:version": "1.0", "ocel:object-types": ["Vacancy", "Application"]}
    return {"ocel:global-log": head, "ocel:objects": objects, "ocel:events": events}, applications


MAP = {
    "kind": "log",
    "activities": {
        "Submit application": {"type": "application.created"},
        "Screen": {"type": "application.stage_changed", "stage": "一次面接"},
        "Hire": {"type": "application.hired"},
        "Reject": {"type": "application.rejected", "party": "company"},
    },
    "objects": {"application": "Application", "job": "Vacancy"},
}


def test_times_of_an_imported_log_are_those_of_pandas(
    configured_stack: Stack, tmp_path: Path
) -> None:
    """Median and 90th percentile of time to hire and first response match those computed directly from the file."""
    document, histories = event_log(random.Random(6))
    (tmp_path / "log.jsonocel").write_text(json.dumps(document))
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(MAP, allow_unicode=True))
    file, mapping = str(tmp_path / "log.jsonocel"), str(tmp_path / "map.yaml")
    done = configured_stack.hirelay(
        "import", file, "--map", mapping, "--connection", "logs-events", "--apply"
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    wait_until(lambda: count_applications(configured_stack, "logs") == len(histories), SEEN_S)
    window = ("--from", "2026-01-01", "--to", "2026-12-31", "--dim", "total")
    wait_until(
        lambda: "time_to_hire_days" in str(show_kpis(configured_stack, "logs", *window)), SEEN_S
    )
    counted = {row["kpi"]: row for row in show_kpis(configured_stack, "logs", *window)}
    frame = pandas.DataFrame(histories)
    hires = frame[frame.hired]
    days = (hires.ended.dt.normalize() - hires.applied.dt.normalize()).dt.days
    hours = (frame.screened - frame.applied).dt.total_seconds() // 3600

    assert counted["hires"]["value"] == str(len(hires))
    for kpi, expected in (
        ("time_to_hire_days", days.quantile(0.5)),
        ("time_to_hire_p90_days", days.quantile(0.9)),
        ("response_hours", hours.quantile(0.5)),
        ("response_p90_hours", hours.quantile(0.9)),
    ):
        assert float(counted[kpi]["value"]) == pytest.approx(expected, rel=1e-9)


TABLES = Path(__file__).parents[1] / "cases" / "imports" / "tables"
MEASURE = """
select sum(value)
from v_cells
where tenant = 'corrections'
    and dimension = 'total'
    and basis = 'decision'
    and measure = {measure:String}
"""
CORRECTIONS = ("--connection", "corrections-events", "--lang", "en")


def sums_of(stack: Stack, *measures: str) -> list[int]:
    """The sums of the measures over all days."""
    return [int(stack.query(MEASURE, measure=measure)[0][0]) for measure in measures]


def run_of(output: str) -> str:
    """The id of the run that the command printed."""
    return output.partition("this was run ")[2].partition(";")[0]


def kpi_lines(output: str, *names: str) -> list[list[str]]:
    """The words of the lines that say how these KPIs change."""
    return [line.split() for line in output.splitlines() if line.startswith(names)]


def test_a_correction_corrects_and_can_be_taken_back(configured_stack: Stack) -> None:
    """A corrected table says what it changes, the same table again sends nothing, and undoing restores the first one."""
    before, after = TABLES / "corrected-before.csv", TABLES / "corrected-after.csv"
    first = configured_stack.hirelay("import", str(before), *CORRECTIONS, "--apply")
    assert first.returncode == 0, first.stdout + first.stderr
    wait_until(
        lambda: sums_of(configured_stack, "applications", "hired", "rejected") == [3, 1, 2], 60
    )
    dry = configured_stack.hirelay("import", str(after), *CORRECTIONS)
    assert kpi_lines(dry.stdout, "Hires", "Rejections", "Time to hire") == [
        ["Hires", "1", "2", "+1"],
        ["Rejections", "2", "1", "−1"],
        ["Time", "to", "hire", "30", "d", "33.5", "d", "+3.5", "d"],
    ], dry.stdout
    corrected = configured_stack.hirelay("import", str(after), *CORRECTIONS, "--apply")
    assert "C1: hired 2026-05-01 → hired 2026-05-11" in corrected.stdout, corrected.stdout
    wait_until(
        lambda: sums_of(configured_stack, "applications", "hired", "rejected") == [3, 2, 1], 60
    )
    again = configured_stack.hirelay("import", str(after), *CORRECTIONS, "--apply")
    assert "6 events are there already" in again.stdout, again.stdout
    assert "0 events accepted" in again.stdout
    undo = ("import", "--undo", run_of(corrected.stdout), *CORRECTIONS)
    undone = configured_stack.hirelay(*undo, "--apply")
    assert undone.returncode == 0, undone.stdout + undone.stderr

    wait_until(
        lambda: sums_of(configured_stack, "applications", "hired", "rejected") == [3, 1, 2], 60
    )
    assert configured_stack.verify()["equal"]
    independent = configured_stack.hirelay("verify", "--independent")
    assert independent.returncode == 0, independent.stdout + independent.stderr
