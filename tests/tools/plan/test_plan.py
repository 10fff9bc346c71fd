"""Tests of `hirelay plan` on the golden season in ClickHouse."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from schemas.planning.forecast import MIN_HISTORY
from schemas.planning.periods import Period
from schemas.planning.targets import Targets
from schemas.tenants.config import Secret, Tenancy, Tenant
from sinks.clickhouse.rows import KpiCell
from sinks.clickhouse.writer import Writer
from streams.cli.main import app
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import load_settings
from streams.configuration.targets import load_targets, require_tenant
from streams.local.sample_companies import write_sample, write_targets
from streams.reading.plan import PlanLine, PlanRequest, fetch_lines
from streams.tools.plan import text as plan_text
from tests.golden.season_events import season_delivery
from tests.golden.test_golden import season_tenancy
from tests.vendors.folding import folded_cells

CONFIG = Path(__file__).parents[3] / "deploy" / "config"
APRIL_20 = date(2026, 4, 20)
TENANT = Tenant(
    id="planned", name="計画", quarantine_key=Secret(env="Q"), person_key=Secret(env="P")
)
TARGETS = """
targets:
  - { tenant: planned, kpi: hires, period: 2026-04, at_least: 4, owner: hr_manager }
  - { tenant: planned, kpi: hires, dimension: channel, member: referral, period: 2026-04, at_least: 1 }
  - { tenant: planned, kpi: hires, basis: cohort, period: 2026-04, at_least: 2 }
  - { tenant: planned, kpi: applications, dimension: channel, member: dodo, period: 2026-04, at_least: 9 }
  - { tenant: planned, kpi: offer_accept_rate, period: 2026-04, at_least: 60 % }
  - { tenant: planned, kpi: cost_total, period: 2026-04, at_most: 2_000_000 }
  - { tenant: planned, kpi: retention_30d_rate, basis: entry, from: 2026-05-01, to: 2026-05-31, at_least: 0.5 }
  - { tenant: planned, kpi: time_in_offer_days, basis: entry, dimension: job, member: nobody, period: 2026-04, at_most: 9 }
  - { tenant: planned, kpi: joins, period: 2026-Q2, at_least: 2 }
  - { tenant: other, kpi: hires, period: 2026-04, at_least: 4 }
"""


@pytest.fixture(scope="module")
def tenancy() -> Tenancy:
    """Two tenants."""
    return Tenancy(tenants=(TENANT, TENANT.model_copy(update={"id": "other"})))


@pytest.fixture
def targets(tmp_path: Path, tenancy: Tenancy) -> Targets:
    """The targets above, loaded from a file."""
    path = tmp_path / "targets.yaml"
    path.write_text(TARGETS)
    return load_targets(path, tenancy)


def fill(client: Any, tenant: str, rows: list[tuple[Any, ...]]) -> None:
    """Write measures given as (dimension, member, day, basis, measure, value)."""
    kpi_cells = [KpiCell(0, tenant, *row[:5], 0, row[5], 1) for row in rows]
    Writer(client).write(kpi_cells, f"plan-{tenant}")


@pytest.fixture(scope="module")
def golden_season(client: Any) -> Any:
    """The golden season in ClickHouse under the test tenant."""
    epoch = date(1970, 1, 1)
    rows = [
        (key.dimension, key.member, epoch + timedelta(key.day), key.basis, measure, n)
        for key, tally in folded_cells([season_delivery()], season_tenancy()).items()
        for measure, n in tally.items()
    ]
    fill(client, TENANT.id, rows)
    return client


def plan_request(targets: Targets, as_of: date = APRIL_20, **more: Any) -> PlanRequest:
    """Build a request for the tenant's targets on a day."""
    return PlanRequest(tenant=TENANT, targets=targets, as_of=as_of, **more)


def lines_by_key(
    golden_season: Any, targets: Targets, as_of: date = APRIL_20, **more: Any
) -> dict[str, PlanLine]:
    """Return the plan lines by KPI, dimension, member and basis."""
    plan_lines = fetch_lines(golden_season, plan_request(targets, as_of, **more))
    return {" ".join(line.target.key[1:]): line for line in plan_lines}


def test_plan_and_actual_by_hand(golden_season: Any, targets: Targets) -> None:
    """On April 20 there is one hire of 2.67 planned to date; three of five offers were accepted in April."""
    hires = lines_by_key(golden_season, targets)["hires total all decision"].comparison
    april = date(2026, 4, 30)
    rate = lines_by_key(golden_season, targets, april)[
        "offer_accept_rate total all decision"
    ].comparison

    assert (hires.actual, hires.plan, hires.state) == (1, 4, "behind")
    assert (hires.plan_to_date, hires.gap) == (pytest.approx(8 / 3), pytest.approx(-5 / 3))
    assert (rate.actual, rate.n, rate.state) == (0.6, 5, "unknown")


def test_money_is_in_the_currencys_own_unit(golden_season: Any, targets: Targets) -> None:
    """Yen amounts are unchanged; cents become dollars."""
    cost = lines_by_key(golden_season, targets, date(2026, 4, 30))[
        "cost_total total all decision"
    ].comparison
    dollars = plan_request(targets).tenant.model_copy(update={"currency": "USD"})
    plan_lines = fetch_lines(
        golden_season, PlanRequest(tenant=dollars, targets=targets, as_of=date(2026, 4, 30))
    )
    cents = next(line for line in plan_lines if line.target.kpi == "cost_total").comparison

    assert (cost.actual, cost.plan) == (1_926_667, 2_000_000)
    assert cents.actual == pytest.approx(19_266.67)


def test_durations_and_cohorts_are_read_on_their_basis(
    golden_season: Any, targets: Targets
) -> None:
    """Retention reads the two joins of May by entry day; both hires belong to the April cohort."""
    plan_lines = lines_by_key(
        golden_season, targets, date(2026, 6, 30), period=Period(date(2026, 4, 1), APRIL_20)
    )

    assert plan_lines["hires total all cohort"].comparison.actual == 2
    assert "retention_30d_rate total all entry" not in plan_lines
    may = lines_by_key(golden_season, targets, date(2026, 5, 31))[
        "retention_30d_rate total all entry"
    ]
    assert (may.comparison.n, may.comparison.state) == (2, "unknown")
    assert may.comparison.actual == 1.0


def test_a_member_without_data_is_marked(golden_season: Any, targets: Targets) -> None:
    """A misspelt channel is marked as having no data."""
    plan_lines = lines_by_key(golden_season, targets)
    line, stage = (
        plan_lines["applications channel dodo decision"],
        plan_lines["time_in_offer_days job nobody entry"],
    )

    assert (line.has_data, line.comparison.actual, line.comparison.state) == (False, 0, "behind")
    assert (stage.has_data, stage.comparison.actual, stage.comparison.state) == (
        False,
        None,
        "unknown",
    )


def test_the_forecast_by_hand(golden_season: Any, targets: Targets) -> None:
    """The forecast for April 20 matches a calculation by hand.

    Of eleven applications one was hired, at twelve days: F = 0.8·6/7·4/6·1/3 = 0.152. The four open cases are 0, 5, 10 and
    26 days old; within ten more days their hire probabilities are 0, F/0.8, F/(0.8·6/7·4/6) = 1/3 and 0.
    """
    forecast = lines_by_key(golden_season, targets)["hires total all decision"].forecast
    hired = 0.8 * 6 / 7 * 4 / 6 / 3

    assert forecast is not None
    assert forecast.mean == pytest.approx(1 + hired / 0.8 + 1 / 3)
    assert (forecast.open, forecast.history, forecast.history_n) == (4, "company", 11)
    assert forecast.thin and forecast.low == 1 and 2 <= forecast.high <= 5
    assert 0 < forecast.reach < 0.1


def test_a_target_that_is_reached_is_certain(golden_season: Any, targets: Targets) -> None:
    """A reached target has probability 1; with one missing and two open it is between 0 and 1."""
    referral = lines_by_key(golden_season, targets)["hires channel referral decision"].forecast
    later = lines_by_key(golden_season, targets, date(2026, 4, 23))[
        "hires channel referral decision"
    ].forecast

    assert referral is not None and 0 < referral.reach < 1 and referral.open == 2
    assert later is not None and later.reach == 1.0


def test_only_hires_by_the_day_of_the_decision_are_forecast(
    golden_season: Any, targets: Targets
) -> None:
    """Only hires and joins on the decision basis are forecast, and only during the period."""
    plan_lines = lines_by_key(golden_season, targets)
    over = lines_by_key(golden_season, targets, date(2026, 4, 30))

    assert {name for name, line in plan_lines.items() if line.forecast} == {
        "hires total all decision",
        "hires channel referral decision",
        "joins total all decision",
    }
    assert over["hires total all decision"].forecast is None


def test_joins_are_forecast_from_who_accepted(golden_season: Any, targets: Targets) -> None:
    """On May 5 one of three acceptances has joined, after 19 days; two are open, one of which reneged."""
    forecast = lines_by_key(golden_season, targets, date(2026, 5, 5))[
        "joins total all decision"
    ].forecast

    assert forecast is not None
    assert (forecast.open, forecast.history_n) == (2, 3)
    assert 1 <= forecast.mean <= 3


def test_future_applications_are_included_on_request(golden_season: Any, targets: Targets) -> None:
    """With arrivals the expected value is not lower, and the forecast is flagged."""
    key, day = "hires total all decision", date(2026, 4, 12)
    alone = lines_by_key(golden_season, targets, day)[key].forecast
    more = lines_by_key(golden_season, targets, day, arrivals=True)[key].forecast

    assert alone is not None and more is not None
    assert (alone.arrivals, more.arrivals) == (False, True)
    assert more.mean >= alone.mean


@pytest.fixture(scope="module")
def two_channels(client: Any) -> Iterator[Any]:
    """A tenant with two channels: all candidates of one are hired after ten days, none of the other."""
    rows: list[tuple[Any, ...]] = []
    for at in range(MIN_HISTORY + 20):
        day = date(2026, 1, 1) + timedelta(at)
        for member, outcome in (("good", "hired"), ("bad", "rejected")):
            for where in (("channel", member), ("total", "all")):
                rows.append((*where, day, "decision", "applications", 1))
                if at < MIN_HISTORY + 10:
                    rows.append((*where, day, "entry", f"days.application.{outcome}.10", 1))
                    later = day + timedelta(10)
                    if outcome == "hired":
                        rows.append((*where, later, "decision", "hired", 1))
    summed: dict[tuple[Any, ...], int] = {}
    for *key, n in rows:
        summed[tuple(key)] = summed.get(tuple(key), 0) + n
    fill(client, "busy", [(*key, n) for key, n in summed.items()])
    return client


@pytest.mark.parametrize(
    ("member", "as_of", "history", "bounds"),
    [
        ("good", date(2026, 4, 30), "member", (10, 10)),
        ("bad", date(2026, 4, 30), "member", (0, 0)),
        ("good", date(2026, 3, 31), "company", (1, 9)),
    ],
)
def test_a_member_with_enough_history_uses_its_own(
    two_channels: Any, member: str, as_of: date, history: str, bounds: tuple[int, int]
) -> None:
    """After a hundred applications a channel uses its own history, before that the company's, with one hire in two."""
    where = {"dimension": "channel", "member": member, "tenant": "busy", "kpi": "hires"}
    days = {"from": as_of.replace(day=1), "to": as_of + timedelta(30)}
    own_targets = Targets.model_validate({"targets": ({**where, **days, "at_least": 1.0},)})
    busy_company = TENANT.model_copy(update={"id": "busy"})
    (line,) = fetch_lines(
        two_channels, PlanRequest(tenant=busy_company, targets=own_targets, as_of=as_of)
    )

    assert line.forecast is not None
    done = int(line.comparison.actual or 0)
    assert line.forecast.history == history
    low, high = line.forecast.low - done, line.forecast.high - done
    assert bounds[0] <= low <= high <= bounds[1]


def rendered(golden_season: Any, targets: Targets, output_format: str, **more: Any) -> str:
    """Return what the command prints."""
    request = plan_request(targets, **more)
    console = Console(file=io.StringIO(), width=200)
    output = plan_text.Output(request, output_format, "en")
    plan_text.render(fetch_lines(golden_season, request), output, console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_people_and_programs_read_the_same(golden_season: Any, targets: Targets) -> None:
    """JSON and CSV contain the same numbers; the table shows KPIs with their ids."""
    as_json = json.loads(rendered(golden_season, targets, "json"))
    as_csv = list(csv.DictReader(io.StringIO(rendered(golden_season, targets, "csv"))))
    table = rendered(golden_season, targets, "table")

    assert len(as_json["targets"]) == len(as_csv) == 8
    for json_row, csv_row in zip(as_json["targets"], as_csv, strict=True):
        assert json_row.keys() <= csv_row.keys()
        assert str(json_row["state"]) == csv_row["state"]
        assert json_row["plan"] == float(csv_row["plan"])
    for text in (
        "Hires",
        "hires · 2026-04",
        "whole company",
        "≥ 4",
        "Applications ?",
        "channel dodo",
        "behind",
    ):
        assert text in table
    assert "4 open, company history* (11)" in table
    assert "in flight only" in table
    assert "with arrivals" in rendered(golden_season, targets, "table", arrivals=True)


def test_a_period_without_targets_is_reported(golden_season: Any, targets: Targets) -> None:
    """Without a matching target the output lists the periods that have targets."""
    output = rendered(golden_season, targets, "table", as_of=date(2027, 1, 1))
    no_targets = targets.model_copy(update={"targets": ()})

    assert (
        "Choose one of its periods with --period: 2026-04, 2026-05-01..2026-05-31, 2026-Q2"
        in output
    )
    assert "There are none at all" in rendered(golden_season, no_targets, "table")


def test_the_example_is_sound() -> None:
    """The example targets file is valid with the example configuration."""
    tenancy = load_tenancy(CONFIG / "hirelay.yaml")

    assert len(load_targets(CONFIG / "targets.yaml", tenancy).targets) >= 8


def test_the_local_stack_has_targets_of_its_own(tmp_path: Path) -> None:
    """The local stack writes sample targets for the current fiscal year and keeps user changes."""
    tenancy = load_tenancy(write_sample(tmp_path))
    path = write_targets(tmp_path, datetime(2027, 3, 31, 3, tzinfo=UTC))
    loaded = load_targets(path, tenancy)

    assert {loaded.days(target) for target in loaded.targets} == {
        Period(date(2026, 4, 1), date(2027, 3, 31))
    }
    path.write_text("targets: []\n")
    later = write_targets(tmp_path, datetime(2027, 4, 1, 12, tzinfo=UTC))
    assert load_targets(later, tenancy).targets == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tenant: other", "tenant: othr", r"targets.9.tenant: no tenant 'othr' .*`other`"),
        ("at_least: 9", "at_lest: 9", r"targets.3.at_lest: .* \(did you mean `at_least`\?\)"),
        ("from: 2026-05-01", "form: 2026-05-01", r"targets.6.form: .* \(did you mean `from`\?\)"),
        ("kpi: joins", "kpi: join", r"targets.8.kpi: .*no KPI 'join' \(did you mean `joins`\?\)"),
        ("targets:", "target:", r"target: .* \(did you mean `targets`\?\)"),
        (
            "targets:",
            "fiscal_year_starts_of: {nobody: 1}\ntargets:",
            r"starts_of.nobody: no tenant",
        ),
        ("targets:", "targets: [", "is not YAML"),
        ("at_least: 9", "at_least: 2026-01-01", "'2026-01-01' is not a number"),
        ("from: 2026-05-01", "from: 2026-02-30", r"targets.6.from: .*valid date"),
    ],
)
def test_mistakes_name_file_place_and_remedy(
    tmp_path: Path, tenancy: Tenancy, old: str, new: str, message: str
) -> None:
    """An error in the file names the file, the position and a fix."""
    path = tmp_path / "targets.yaml"
    path.write_text(TARGETS.replace(old, new, 1))

    with pytest.raises(Misconfigured, match=message) as problem:
        load_targets(path, tenancy)
    assert str(path) in str(problem.value)


def test_unreadable_files_have_distinct_errors(tmp_path: Path, tenancy: Tenancy) -> None:
    """A missing, an empty and a non-text file have distinct errors."""
    path = tmp_path / "targets.yaml"
    with pytest.raises(Misconfigured, match="set HIRELAY_TARGETS or start from"):
        load_targets(path, tenancy)
    for content, message in ((b"", r"\(top\): Input should be an object"), (b"\xff", "not YAML")):
        path.write_bytes(content)
        with pytest.raises(Misconfigured, match=message):
            load_targets(path, tenancy)
    with pytest.raises(Misconfigured, match=r"no tenant 'plannd' .*\(did you mean `planned`\?\)"):
        require_tenant(tenancy, "plannd")


def run(*words: str) -> Any:
    """Run `hirelay plan …` with the example configuration."""
    variables = {
        "HIRELAY_CONFIG": str(CONFIG / "hirelay.yaml"),
        "HIRELAY_TARGETS": str(CONFIG / "targets.yaml"),
        "COLUMNS": "200",
    }
    return CliRunner().invoke(app, ["plan", *words], env=variables)


def test_the_check_prints_the_targets(tmp_path: Path) -> None:
    """The check prints every target with days, direction and owner, also of a file given by option."""
    done = run("check")
    path = tmp_path / "own.yaml"
    path.write_text("targets: []\n")

    assert done.exit_code == 0
    for text in (
        "acme hires",
        "全社",
        "2026-04-01 –",
        "≤ ¥45,000,000",
        "hr_manager",
        "≥ 70.0%",
    ):
        assert text in done.output
    assert "(0)" in run("check", "--targets", str(path)).output


def test_invalid_requests_are_rejected() -> None:
    """A future day, an invalid period and an unknown tenant are rejected."""
    assert "is in the future" in run("show", "--tenant", "acme", "--as-of", "2999-01-01").output
    assert "no such period 'x'" in run("show", "--tenant", "acme", "--period", "x").output
    assert "`acme`" in str(run("show", "--tenant", "acne").exception)


def test_the_command_shows_what_is_counted(golden_season: Any, tmp_path: Path) -> None:
    """The command reads ClickHouse and prints every target."""
    folder = golden_season.query("select path from system.disks").result_rows[0][0]
    (tmp_path / "targets.yaml").write_text(TARGETS)
    (tmp_path / "hirelay.yaml").write_text(
        "tenants:\n"
        "  - {id: planned, name: p, quarantine_key: {env: Q}, person_key: {env: P}}\n"
        "  - {id: other, name: o, quarantine_key: {env: Q}, person_key: {env: P}}\n"
    )
    words = ["plan", "show", "--tenant", "planned", "--as-of", "2026-04-20", "--format", "json"]
    variables = {
        "HIRELAY_CONFIG": str(tmp_path / "hirelay.yaml"),
        "HIRELAY_TARGETS": str(tmp_path / "targets.yaml"),
        "HIRELAY_CLICKHOUSE": f"chdb://{folder}",
    }
    done = CliRunner().invoke(app, [*words, "--period", "2026-Q2"], env=variables)

    assert done.exit_code == 0, done.exception
    assert len(json.loads(done.output)["targets"]) == 9
    assert load_settings().targets == Path("deploy/config/targets.yaml")
