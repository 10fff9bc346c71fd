"""What a rule can see is said per member, and its account states what it used of its budget."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from schemas.alerting.detectors.detectability import weeks_changed, weeks_off_target
from schemas.alerting.rule import AlertRule
from streams.reading.rule_accounts import RuleAccount, read_accounts
from streams.tools.alerts.coverage_text import budget_lines, coverage_lines
from tests.schemas.alerting.test_changes import change
from tests.schemas.alerting.test_rules import rule, screened
from tests.tools.alerts.test_commands import make_breach

TODAY = date(2026, 4, 1)


def account(watched: AlertRule, members: dict[str, tuple[int, int]], **changed: Any) -> RuleAccount:
    """The account of a rule whose members had these decisions twelve weeks long, with two breaches."""
    rows = [
        (member, TODAY, measure, n)
        for member, counts in members.items()
        for measure, n in screened(*counts).items()
    ]
    client = SimpleNamespace(query=lambda *_, **__: SimpleNamespace(result_rows=rows))
    breaches = [
        make_breach(opened=opened, **changed) for opened in (date(2026, 1, 1), date(2024, 1, 1))
    ]
    (only,) = read_accounts(client, [watched], breaches, {"acme": TODAY})
    return only


def test_a_busy_channel_is_covered_and_a_quiet_one_is_not() -> None:
    """Twenty decisions a week show a fall within weeks; one a week never does."""
    lines = [
        *coverage_lines(
            account(rule(dimension="channel"), {"doda": (120, 120), "quiet": (6, 6)}), "en"
        )
    ]

    assert lines[0].startswith("acme/screening  screen_pass_rate of channel ≥ 40.0%")
    assert lines[1].startswith("  doda: a move from 50% to 40%")
    assert lines[2] == "  quiet: a move from 50% to 40% cannot be found (1 cases a week)"


def test_the_account_counts_the_alarms_of_a_year() -> None:
    """An alarm of two years ago was paid from another year's budget."""
    (line,) = budget_lines([account(rule(dimension="channel"), {"doda": (96, 144)})], "en")
    (japanese,) = budget_lines([account(rule(dimension="channel"), {"doda": (96, 144)})], "ja")

    assert line.startswith(
        "acme/screening  budget 1 a year, used 1, smallest change seen within 5 weeks: 40% → "
    )
    assert "予算 年 1 回、直近 1 年の発報 1 回、5 週以内に分かる最小の変化 40% → " in japanese


def test_persons_are_counted_and_not_listed() -> None:
    """Of interviewers, only how many are covered is said."""
    watched = change(kpi="screen_pass_rate", dimension="recruiter")
    lines = [*coverage_lines(account(watched, {"user-1": (120, 120), "user-2": (6, 6)}), "en")]

    assert "of 2 persons" in lines[1] and "cannot be found for 1" in lines[1]
    assert "user-" not in "".join(lines)


def test_more_cases_are_seen_sooner() -> None:
    """The delay falls with the volume and with the size of the move, and a move back to target is no news."""
    assert weeks_off_target(0.4, (0.4, 0.3), 1, 1 / 365) is None
    few, many = (weeks_off_target(0.4, (0.4, 0.2), weekly, 1 / 365) for weekly in (5, 20))
    small, large = (weeks_changed(0.5, (0.4, rate), 5, 1 / 365) for rate in (0.6, 0.8))

    assert few is not None and many is not None and many < few
    assert small is not None and large is not None and large < small
    assert weeks_off_target(0.4, (0.3, 0.5), 20, 1 / 365) is None


def test_a_company_without_rules_is_told_so() -> None:
    """Nothing printed would look like a failure."""
    assert [*budget_lines([], "en"), *budget_lines([], "ja")] == [
        "No rule has a budget.",
        "予算のある規則はありません",
    ]
