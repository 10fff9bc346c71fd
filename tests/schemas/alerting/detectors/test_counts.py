"""A count is watched under a budget of false alarms, with the member's own week, its holidays and its dispersion."""

from math import lgamma, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerting.detectors.counts import FACTORS, DayShapes, count_log_ratios
from schemas.alerting.episodes import Fold, ReportedHistory
from schemas.cells import Tally
from schemas.planning.periods import local_date
from schemas.planning.targets import Direction
from schemas.tenants.business_hours import business_hours, no_holiday
from tests.schemas.alerting.test_rules import rule

FIRST = 20_003  # a Monday
NEVER_REPORTED = ReportedHistory()
WORKWEEK = (7, 6, 6, 6, 5, 0, 0)
directions: st.SearchStrategy[Direction] = st.sampled_from(("at_least", "at_most"))


def folded(counts: list[int], **changed: object) -> Fold:
    """The episodes of a company whose applications by day are these; at least 20 in four weeks unless overridden."""
    days: dict[int, Tally] = {FIRST + day: {"applications": n} for day, n in enumerate(counts) if n}
    options = {"kpi": "applications", "at_least": 20, "cool_down_days": 0, **changed}
    return rule(**options).fold(days, NEVER_REPORTED, FIRST + len(counts) - 1)


def weeks(*a_week: int) -> list[int]:
    """Applications by day of weeks with that many each, on weekdays."""
    return [n // 5 + (day < n % 5) if day < 5 else 0 for n in a_week for day in range(7)]


def log_probability(cases: int, mean: float, variance_ratio: float, null: float) -> float:
    """The log probability of a negative binomial number of cases, whose size is that of the null."""
    size = null / (variance_ratio - 1)
    terms = lgamma(cases + size) - lgamma(size) - lgamma(cases + 1)
    return terms + cases * log(mean / (mean + size)) + size * log(size / (mean + size))


@given(st.integers(0, 30), st.floats(0.1, 12), st.floats(1.01, 6), directions)
def test_the_evidence_of_a_day_is_its_likelihood_ratio(
    cases: int, mean: float, dispersion: float, direction: Direction
) -> None:
    """Each alternative is worse than the target by its factor, with the dispersion of the member."""
    ratios = count_log_ratios(cases, mean, dispersion, direction)

    for factor, ratio in zip(FACTORS, ratios, strict=True):
        worse = mean / factor if direction == "at_least" else mean * factor
        expected = log_probability(cases, worse, dispersion, mean) - log_probability(
            cases, mean, dispersion, mean
        )
        assert ratio == pytest.approx(expected, abs=1e-6)


@given(st.floats(0.1, 5), st.floats(1.01, 4), st.floats(1, 3), directions)
def test_a_mean_that_meets_the_target_costs_no_more(
    mean: float, dispersion: float, better: float, direction: Direction
) -> None:
    """The expected likelihood ratio is 1 at the target and at most 1 where the mean is better."""
    true = mean * better if direction == "at_least" else mean / better
    expected = np.zeros(len(FACTORS))
    for cases in range(400):
        weight = log_probability(cases, true, dispersion, mean)
        expected += np.exp(weight + np.array(count_log_ratios(cases, mean, dispersion, direction)))

    assert (expected <= 1 + 1e-6).all()


def test_a_silent_channel_is_found_within_two_weeks() -> None:
    """Where seven applications a week arrived and 20 in four weeks are demanded, silence is certain after days, not a month."""
    (episode,) = folded(weeks(*[7] * 20, 0, 0, 0)).episodes

    assert FIRST + 140 < episode.opened <= FIRST + 154
    assert FIRST + 133 <= episode.since <= FIRST + 143


def test_a_count_near_its_target_is_no_alarm() -> None:
    """A week in which chance leaves the window at 19 of 20 is no fall."""
    assert folded(weeks(*[6] * 12, 4, 4, 5, 6, 6)).episodes == []


def test_the_week_of_a_company_is_no_fall() -> None:
    """Two quiet days at each end of the week, as in every week before, are expected."""
    busy = [n for _ in range(30) for n in WORKWEEK]
    shapes = DayShapes(is_holiday=no_holiday)
    for day, n in enumerate(busy):
        shapes.learn(FIRST + day, n)

    assert shapes.share(FIRST + 5) < 0.1
    assert shapes.share(FIRST) > 1.5
    assert folded(busy, at_least=110).episodes == []


def test_a_holiday_is_like_a_sunday_until_it_has_a_past() -> None:
    """The first Golden Week of a company whose weekends are quiet lowers what is expected, and so do お盆 and the new year."""
    calendar = business_hours("Asia/Tokyo", "JP").is_holiday
    shapes = DayShapes(is_holiday=calendar)
    for day, n in enumerate(n for _ in range(10) for n in WORKWEEK):
        if not calendar(local_date(FIRST + day)):
            shapes.learn(FIRST + day, n)
    dates = {local_date(day).isoformat(): day for day in range(FIRST, FIRST + 730)}

    for quiet in ("2026-05-04", "2026-08-13", "2025-12-30", "2026-01-01"):
        assert shapes.share(dates[quiet]) < 0.3, quiet
    assert shapes.share(dates["2026-08-17"]) > 1


def test_a_company_in_its_first_weeks_has_missed_nothing() -> None:
    """A monthly number of applications is judged once a month was counted."""
    assert folded(weeks(1, 1, 1)).episodes == []
    assert len(folded(weeks(1, 1, 1, 1, 1, 1)).episodes) == 1


def test_a_day_that_is_not_over_is_no_silence() -> None:
    """That nothing arrived is evidence once the day is over; what arrived counts at once against an upper limit."""
    quiet = weeks(*[7] * 20, 0, 0)
    (episode,) = folded(quiet).episodes
    until = quiet[: episode.opened - FIRST]

    assert folded(until).episodes == []
    assert (
        len(folded([*until, 1]).episodes) == 1
    )  # one today does not undo what was certain yesterday


def test_an_outburst_is_seen_on_its_day() -> None:
    """Sixty unmapped entries where ten a week are allowed need no second day."""
    days = {FIRST + day: {"entered.unmapped": 60 if day == 100 else day % 2} for day in range(101)}
    limit = rule(kpi="unmapped_stage_entries", at_least=None, at_most=10, window_days=7)
    (episode,) = limit.fold(days, NEVER_REPORTED, FIRST + 100).episodes

    assert (episode.opened, episode.last.value) == (FIRST + 100, 63)


def test_none_allowed_means_none() -> None:
    """Against an upper limit of zero, one case is certain."""
    none = rule(kpi="unmapped_stage_entries", at_least=None, at_most=0, window_days=7)
    days: dict[int, Tally] = {FIRST: {"applications": 1}, FIRST + 3: {"entered.unmapped": 1}}
    (episode,) = none.fold(days, NEVER_REPORTED, FIRST + 20).episodes

    assert (episode.opened, episode.until) == (FIRST + 3, FIRST + 10)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=70), st.integers(0, 69))
def test_later_days_change_no_earlier_episode(counts: list[int], cut: int) -> None:
    """What is known on a day depends on nothing later."""
    options = {"at_least": 30, "window_days": 14, "false_alarms_a_year": 60}
    early = folded(counts[: cut + 1], **options).episodes
    late = folded(counts, **options).episodes

    assert [(episode.opened, episode.since) for episode in early] == [
        (episode.opened, episode.since) for episode in late if episode.opened <= FIRST + cut
    ]


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_false_alarms_stay_within_the_budget(dispersion: float) -> None:
    """At the target itself, with a week and days that scatter, the years after the first keep to the budget (60 years)."""
    rng = np.random.default_rng(7)
    days, alarms = 2 * 365, 0
    for _ in range(60):
        means = np.array(WORKWEEK)[np.arange(days) % 7] / 30 * 5
        if dispersion > 1:
            means = rng.gamma(np.maximum(means, 1e-9) / (dispersion - 1), dispersion - 1)
        fold = folded([int(n) for n in rng.poisson(means)], false_alarms_a_year=2)
        alarms += sum(episode.opened >= FIRST + 365 for episode in fold.episodes)

    assert alarms / 60 <= 2
