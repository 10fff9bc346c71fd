"""Tests that adding a kind of alert rule needs only its module and its place in the list of kinds."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
LIST = "schemas/alerting/kinds/__init__.py"
MODULE = "schemas/alerting/kinds/count_at_most.py"
SOURCE = '''"""Counts: a measure may occur at most a number of times in a window, whatever the KPI's better direction."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.alerting.breach import Breach, Terms
from schemas.alerting.episodes import Fold, Judgement, ReportedHistory, fold_judgements
from schemas.alerting.messages import member_label, resolution_prefix
from schemas.alerting.rule import AlertRule, Days
from schemas.alerting.windows import judge_windows
from schemas.cells import Tally
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import Kpi, evaluate


class CountAtMostRule(AlertRule):
    """At most `limit` occurrences in `window_days` local days."""

    kind: Literal["count_at_most"] = "count_at_most"
    window_days: Days = 7
    limit: Annotated[int, Field(ge=0)]

    alert_name: ClassVar[str] = "HirelayOffTarget"

    @classmethod
    def kpi_problem(cls, kpi: Kpi) -> str:
        """Only counts occur a number of times."""
        return "" if kpi.kind == "count" and kpi.unit == "count" else "it is not a count"

    def inconsistency(self) -> str:
        """Every limit can be judged."""
        return ""

    @property
    def terms(self) -> Terms:
        """The limit and the window."""
        return Terms(direction="at_most", target=self.limit, window_days=self.window_days)

    def fold(self, days: Mapping[int, Tally], history: ReportedHistory, as_of: int) -> Fold:
        """Judge the window that ends on each day."""
        judging = judge_windows(days, self.window_days, as_of, self._judge)
        return fold_judgements(judging, history, self.cool_down)

    def _judge(self, tally: Mapping[str, int], _whole: bool) -> Judgement:
        n = evaluate(self.definition, tally).n
        return Judgement(value=n, n=n, off_target=n > self.limit, keeps_open=n > self.limit)

    @classmethod
    def summary(cls, breach: Breach) -> str:
        """The count and its limit."""
        kpi, n, limit = BY_ID[breach.kpi], breach.evidence.n, int(breach.target)
        if breach.language == "ja":
            return f"{resolution_prefix(breach)}{member_label(breach)}の{kpi.ja}が {n} 件です(上限 {limit} 件)"
        return f"{resolution_prefix(breach)}{kpi.en} of {member_label(breach)}: {n} (allowed: {limit})"

    @classmethod
    def evidence_sentences(cls, breach: Breach) -> list[str]:
        """The window."""
        days = breach.window_days
        return [f"直近 {days} 日の合計。" if breach.language == "ja" else f"Sum of {days} days."]

    @classmethod
    def ends_when(cls, breach: Breach) -> str:
        """The smaller sum."""
        return "合計が上限を下回るまで" if breach.language == "ja" else "Until the sum is below the limit"

    @classmethod
    def chart_heading(cls, breach: Breach, language: str) -> str:
        """The window of each sum."""
        return f"{breach.window_days} 日間の合計" if language == "ja" else f"Sums of {breach.window_days} days"

    def describe(self) -> str:
        """The limit and the window."""
        return f"{self.scope}: at most {self.limit} in {self.window_days} d"

    def noise_advice(self) -> str:
        """The only number."""
        return "raise `limit`"
'''
RULE = "{id: many, tenant: acme, kpi: withdrawals, kind: count_at_most, limit: 6, owner: hr}"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the code that a kind can touch and the tests that run it."""
    root = tmp_path / "tree"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
    return root


def add_kind(copy: Path) -> None:
    """Write the module, import it and list it."""
    (copy / MODULE).write_text(SOURCE)
    lines = (copy / LIST).read_text()
    imported = "from schemas.alerting.kinds.service_level import"
    lines = lines.replace(
        imported,
        f"from schemas.alerting.kinds.count_at_most import CountAtMostRule\n{imported}",
    ).replace(
        "AnyRule = ThresholdRule | ServiceLevelRule | ChangeRule\n",
        "AnyRule = ThresholdRule | ServiceLevelRule | ChangeRule | CountAtMostRule\n",
    )
    (copy / LIST).write_text(lines)


def run(copy: Path, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in the copy."""
    return subprocess.run(
        command, cwd=copy, input=stdin, capture_output=True, text=True, check=False
    )


def story(copy: Path, rule: str) -> subprocess.CompletedProcess[str]:
    """The story of the rule in the copy."""
    command = (sys.executable, "-m", "tests.schemas.alerting.kind_story", str(copy.parent))
    return run(copy, *command, stdin=f"rules: [{rule}]")


def test_a_new_kind_touches_two_files(copy: Path) -> None:
    """A module and its place in the list suffice to configure, judge, describe, chart, backtest and lint a kind."""
    add_kind(copy)

    completed = story(copy, RULE)
    binaries = Path(sys.executable).parent
    linted = run(copy, str(binaries / "lint-imports"))
    styled = run(copy, str(binaries / "ruff"), "check", "schemas/alerting")
    refused = story(copy, RULE.replace("limit: 6", "limit: 6, confidence: 0.9"))

    for process in (completed, linted, styled):
        assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-2000:]
    assert "`confidence` has no effect on withdrawals; leave it out" in refused.stderr
    check(json.loads(completed.stdout))


def check(facts: dict[str, Any]) -> None:
    """Nine withdrawals in ten days with six allowed in seven: one breach, described, charted and backtested."""
    (ja, ja_description), (en, en_description) = facts["texts"]
    assert (facts["kind"], facts["read back"], facts["alert"]) == (
        "count_at_most",
        True,
        "HirelayOffTarget",
    )
    assert ja == "全社の辞退数が 7 件です(上限 6 件)"
    assert en == "Withdrawals of the whole company: 7 (allowed: 6)"
    assert ja_description.startswith("直近 7 日の合計。2026-04-09 から。まず確認: ")
    assert en_description.startswith("Sum of 7 days. Since 2026-04-09. Check first: ")
    assert [line[:10] for line in facts["chart"]] == ["2026-04-03", "2026-04-10"]
    assert facts["chart"][-1].endswith("7")
    assert "Sums of 7 days\n  2026-04-03" in facts["explained"]
    assert facts["backtest"] == [
        "withdrawals of total: at most 6 in 7 d",
        "would have fired 1 time in 10 days",
        1,
        "",
    ]


def test_a_kind_that_is_not_listed_is_refused(copy: Path) -> None:
    """Without its place in the list, a module is no kind, and the error names the kinds that exist."""
    (copy / MODULE).write_text(SOURCE)

    assert "no kind of rule 'count_at_most' (known: change, service_level, threshold)" in (
        story(copy, RULE).stderr
    )
