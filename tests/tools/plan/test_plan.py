"""予実 of the golden season, read from ClickHouse: plan, actual, and the hires to expect by the end of the month."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from schemas.planning.forecast import ENOUGH
from schemas.planning.periods import Period
from schemas.planning.targets import Targets
from schemas.tenants.config import Secret, Tenancy, Tenant
from sinks.clickhouse.rows import KpiCell
from sinks.clickhouse.writer import Writer
from streams.cli.main import app
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import load
from streams.configuration.targets import load_targets, tenant_of
from streams.local.sample_companies import write_sample, write_targets
from streams.tools.plan import text as plan_text
from streams.tools.plan.query import PlanLine, PlanRequest, lines
from tests.golden.season_events import season
from tests.golden.test_golden import house
from tests.vendors.folding import cells

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
    """Two companies."""
    return Tenancy(tenants=(TENANT, TENANT.model_copy(update={"id": "other"})))


@pytest.fixture
def targets(tmp_path: Path, tenancy: Tenancy) -> Targets:
    """The file above."""
    path = tmp_path / "targets.yaml"
    path.write_text(TARGETS)
    return load_targets(path, tenancy)


def fill(client: Any, tenant: str, rows: list[tuple[Any, ...]]) -> None:
    """Write measures as (dimension, member, day, basis, measure, value)."""
    told = [KpiCell(0, tenant, *row[:5], 0, row[5], 1) for row in rows]
    Writer(client).write(told, f"plan-{tenant}")


@pytest.fixture(scope="module")
def counted(client: Any) -> Any:
    """The golden season in ClickHouse, as the company's own."""
    epoch = date(1970, 1, 1)
    rows = [
        (key.dimension, key.member, epoch + timedelta(key.day), key.basis, measure, n)
        for key, tally in cells([season()], house()).items()
        for measure, n in tally.items()
    ]
    fill(client, TENANT.id, rows)
    return client


def asked(targets: Targets, as_of: date = APRIL_20, **more: Any) -> PlanRequest:
    """The company's targets on a day."""
    return PlanRequest(tenant=TENANT, targets=targets, as_of=as_of, **more)


def found(
    counted: Any, targets: Targets, as_of: date = APRIL_20, **more: Any
) -> dict[str, PlanLine]:
    """By KPI, basis and member."""
    told = lines(counted, asked(targets, as_of, **more))
    return {" ".join(line.target.key[1:]): line for line in told}


def test_plan_and_actual_by_hand(counted: Any, targets: Targets) -> None:
    """On April 20 one is hired of the 2.67 that were planned until then; three of five offers were accepted in April."""
    hires = found(counted, targets)["hires total all decision"].compared
    april = date(2026, 4, 30)
    rate = found(counted, targets, april)["offer_accept_rate total all decision"].compared

    assert (hires.actual, hires.plan, hires.state) == (1, 4, "behind")
    assert (hires.plan_to_date, hires.gap) == (pytest.approx(8 / 3), pytest.approx(-5 / 3))
    assert (rate.actual, rate.n, rate.state) == (0.6, 5, "unknown")


def test_money_is_in_the_currencys_own_unit(counted: Any, targets: Targets) -> None:
    """Yen as they are; dollars of cents."""
    cost = found(counted, targets, date(2026, 4, 30))["cost_total total all decision"].compared
    dollars = asked(targets).tenant.model_copy(update={"currency": "USD"})
    told = lines(counted, PlanRequest(tenant=dollars, targets=targets, as_of=date(2026, 4, 30)))
    cents = next(line for line in told if line.target.kpi == "cost_total").compared

    assert (cost.actual, cost.plan) == (1_926_667, 2_000_000)
    assert cents.actual == pytest.approx(19_266.67)


def test_durations_and_cohorts_are_read_on_their_basis(counted: Any, targets: Targets) -> None:
    """Of the two who joined in May one left after a month; both hires are of April's applications."""
    told = found(counted, targets, date(2026, 6, 30), period=Period(date(2026, 4, 1), APRIL_20))

    assert told["hires total all cohort"].compared.actual == 2
    assert "retention_30d_rate total all entry" not in told
    may = found(counted, targets, date(2026, 5, 31))["retention_30d_rate total all entry"]
    assert (may.compared.n, may.compared.state) == (2, "unknown")
    assert may.compared.actual == 1.0


def test_a_member_of_whom_nothing_was_counted_is_marked(counted: Any, targets: Targets) -> None:
    """A misspelt channel is not just behind."""
    told = found(counted, targets)
    line, stage = (
        told["applications channel dodo decision"],
        told["time_in_offer_days job nobody entry"],
    )

    assert (line.known, line.compared.actual, line.compared.state) == (False, 0, "behind")
    assert (stage.known, stage.compared.actual, stage.compared.state) == (False, None, "unknown")


def test_the_outlook_by_hand(counted: Any, targets: Targets) -> None:
    """On April 20 four are open. One of two who are ten days old, and of those still open at five a fifth, may be hired.

    Of eleven applications one was hired, at twelve days: F = 0.8·6/7·4/6·1/3 = 0.152. The open are 0, 5, 10 and 26 days old;
    in ten more days that is 0, F/0.8, F/(0.8·6/7·4/6) = 1/3 and, after all, 0.
    """
    outlook = found(counted, targets)["hires total all decision"].outlook
    hired = 0.8 * 6 / 7 * 4 / 6 / 3

    assert outlook is not None
    assert outlook.mean == pytest.approx(1 + hired / 0.8 + 1 / 3)
    assert (outlook.open, outlook.history, outlook.history_n) == (4, "company", 11)
    assert outlook.thin and outlook.low == 1 and 2 <= outlook.high <= 5
    assert 0 < outlook.reach < 0.1


def test_a_target_that_is_reached_is_certain(counted: Any, targets: Targets) -> None:
    """Nobody can fall back below it; where one is missing and two are open, it is between."""
    referral = found(counted, targets)["hires channel referral decision"].outlook
    later = found(counted, targets, date(2026, 4, 23))["hires channel referral decision"].outlook

    assert referral is not None and 0 < referral.reach < 1 and referral.open == 2
    assert later is not None and later.reach == 1.0


def test_only_hires_by_the_day_of_the_decision_are_forecast(counted: Any, targets: Targets) -> None:
    """And only while the period runs."""
    told = found(counted, targets)
    over = found(counted, targets, date(2026, 4, 30))

    assert {name for name, line in told.items() if line.outlook} == {
        "hires total all decision",
        "hires channel referral decision",
        "joins total all decision",
    }
    assert over["hires total all decision"].outlook is None


def test_joins_are_forecast_from_who_accepted(counted: Any, targets: Targets) -> None:
    """On May 5 one of three who accepted has joined, after 19 days; two are open, one of whom withdrew."""
    outlook = found(counted, targets, date(2026, 5, 5))["joins total all decision"].outlook

    assert outlook is not None
    assert (outlook.open, outlook.history_n) == (2, 3)
    assert 1 <= outlook.mean <= 3


def test_applications_to_come_are_asked_for(counted: Any, targets: Targets) -> None:
    """With them more is to be expected, and it says so."""
    key, day = "hires total all decision", date(2026, 4, 12)
    alone = found(counted, targets, day)[key].outlook
    more = found(counted, targets, day, arrivals=True)[key].outlook

    assert alone is not None and more is not None
    assert (alone.arrivals, more.arrivals) == (False, True)
    assert more.mean >= alone.mean


@pytest.fixture(scope="module")
def busy(client: Any) -> Iterator[Any]:
    """A company of two channels: all of one are hired after ten days, none of the other."""
    rows: list[tuple[Any, ...]] = []
    for at in range(ENOUGH + 20):
        day = date(2026, 1, 1) + timedelta(at)
        for member, outcome in (("good", "hired"), ("bad", "rejected")):
            for where in (("channel", member), ("total", "all")):
                rows.append((*where, day, "decision", "applications", 1))
                if at < ENOUGH + 10:
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
def test_a_member_with_a_past_is_judged_by_it(
    busy: Any, member: str, as_of: date, history: str, bounds: tuple[int, int]
) -> None:
    """After a hundred applications a channel's own; before, the company's, in which every second is hired."""
    where = {"dimension": "channel", "member": member, "tenant": "busy", "kpi": "hires"}
    days = {"from": as_of.replace(day=1), "to": as_of + timedelta(30)}
    held = Targets.model_validate({"targets": ({**where, **days, "at_least": 1.0},)})
    busy_company = TENANT.model_copy(update={"id": "busy"})
    (line,) = lines(busy, PlanRequest(tenant=busy_company, targets=held, as_of=as_of))

    assert line.outlook is not None
    done = int(line.compared.actual or 0)
    assert line.outlook.history == history
    low, high = line.outlook.low - done, line.outlook.high - done
    assert bounds[0] <= low <= high <= bounds[1]


def printed(counted: Any, targets: Targets, shape: str, **more: Any) -> str:
    """What the command prints."""
    question = asked(targets, **more)
    console = Console(file=io.StringIO(), width=200)
    plan_text.render(question, lines(counted, question), shape, console)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_people_and_programs_read_the_same(counted: Any, targets: Targets) -> None:
    """JSON and CSV hold the same numbers; the table names every KPI in both languages, with its id."""
    as_json = json.loads(printed(counted, targets, "json"))
    as_csv = list(csv.DictReader(io.StringIO(printed(counted, targets, "csv"))))
    table = printed(counted, targets, "table")

    assert len(as_json["targets"]) == len(as_csv) == 8
    for one, other in zip(as_json["targets"], as_csv, strict=True):
        assert one.keys() <= other.keys()
        assert str(one["state"]) == other["state"]
        assert one["plan"] == float(other["plan"])
    for text in ("採用決定数", "Hires · hires", "全社 all", "≥ 4", "channel dodo ?", "遅れ behind"):
        assert text in table
    assert "4 open, company history* (11)" in table
    assert "in flight only" in table
    assert "with arrivals" in printed(counted, targets, "table", arrivals=True)


def test_where_there_is_no_target_it_is_said(counted: Any, targets: Targets) -> None:
    """With the periods that have some."""
    said = printed(counted, targets, "table", as_of=date(2027, 1, 1))
    nobody = targets.model_copy(update={"targets": ()})

    assert "there are some for 2026-04, 2026-05-01..2026-05-31, 2026-Q2: give --period" in said
    assert "there are none at all" in printed(counted, nobody, "table")


def test_the_example_is_sound() -> None:
    """The file that people start from, with its companies."""
    tenancy = load_tenancy(CONFIG / "hirelay.yaml")

    assert len(load_targets(CONFIG / "targets.yaml", tenancy).targets) >= 8


def test_the_local_stack_has_targets_of_its_own(tmp_path: Path) -> None:
    """Of the sample companies, for the fiscal year of today; what people change in it stays."""
    tenancy = load_tenancy(write_sample(tmp_path))
    path = write_targets(tmp_path, date(2027, 3, 31))
    held = load_targets(path, tenancy)

    assert {held.days(each) for each in held.targets} == {
        Period(date(2026, 4, 1), date(2027, 3, 31))
    }
    path.write_text("targets: []\n")
    assert load_targets(write_targets(tmp_path, date(2027, 4, 1)), tenancy).targets == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
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
        ("at_least: 9", "at_least: 2026-01-01", "'2026-01-01' is no number"),
        ("from: 2026-05-01", "from: 2026-02-30", r"targets.6.from: .*valid date"),
    ],
)
def test_mistakes_name_file_place_and_remedy(
    tmp_path: Path, tenancy: Tenancy, old: str, new: str, said: str
) -> None:
    """So that they can be mended without reading code."""
    path = tmp_path / "targets.yaml"
    path.write_text(TARGETS.replace(old, new, 1))

    with pytest.raises(Misconfigured, match=said) as problem:
        load_targets(path, tenancy)
    assert str(path) in str(problem.value)


def test_other_files_are_told_apart(tmp_path: Path, tenancy: Tenancy) -> None:
    """No file, an empty one, and one that is no text."""
    path = tmp_path / "targets.yaml"
    with pytest.raises(Misconfigured, match="set HIRELAY_TARGETS or start from"):
        load_targets(path, tenancy)
    for content, said in ((b"", r"\(top\): Input should be an object"), (b"\xff", "not YAML")):
        path.write_bytes(content)
        with pytest.raises(Misconfigured, match=said):
            load_targets(path, tenancy)
    with pytest.raises(Misconfigured, match=r"no tenant 'plannd' .*\(did you mean `planned`\?\)"):
        tenant_of(tenancy, "plannd")


def run(*words: str) -> Any:
    """`hirelay plan …` with the example configuration."""
    variables = {
        "HIRELAY_CONFIG": str(CONFIG / "hirelay.yaml"),
        "HIRELAY_TARGETS": str(CONFIG / "targets.yaml"),
        "COLUMNS": "200",
    }
    return CliRunner().invoke(app, ["plan", *words], env=variables)


def test_the_check_prints_what_would_be_watched(tmp_path: Path) -> None:
    """Every target with its days, its direction and its owner; of another file, if asked."""
    done = run("check")
    path = tmp_path / "own.yaml"
    path.write_text("targets: []\n")

    assert done.exit_code == 0
    for text in (
        "acme hires",
        "全社 all",
        "2026-04-01..",
        "≤ ¥45,000,000",
        "hr_manager",
        "≥ 70.0%",
    ):
        assert text in done.output
    assert "0 targets" in run("check", "--targets", str(path)).output


def test_questions_that_make_no_sense_are_refused() -> None:
    """A day to come, a period of no form, a company that is not there."""
    assert "has not come yet" in run("show", "--tenant", "acme", "--as-of", "2999-01-01").output
    assert "no such period 'x'" in run("show", "--tenant", "acme", "--period", "x").output
    assert "`acme`" in str(run("show", "--tenant", "acne").exception)


def test_the_command_shows_what_is_counted(counted: Any, tmp_path: Path) -> None:
    """From the terminal to the engine."""
    folder = counted.query("select path from system.disks").result_rows[0][0]
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
    assert load().targets == Path("deploy/config/targets.yaml")
