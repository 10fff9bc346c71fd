"""A target is watched under a budget of false alarms, whatever the volume and however often it is looked at."""

from math import exp, log, log1p

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerting.detectors.budget import MemberCounts, count_members
from schemas.alerting.detectors.likelihood_ratios import share_log_ratios
from schemas.alerting.detectors.proportions import Proportion
from schemas.alerting.detectors.shiryaev_roberts import DriftEvidence
from schemas.alerting.episodes import Fold, ReportedHistory
from schemas.cells import Tally
from tests.bench.detection import off_target as vectorised
from tests.schemas.alerting.test_rules import rule, screened

FIRST = 20_000
NEVER_REPORTED = ReportedHistory()
Series = list[tuple[int, int]]  # passed and failed by day
series = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=60)


def cells(counts: Series) -> dict[int, Tally]:
    """The cells of these days; a day without decisions has none."""
    return {FIRST + day: screened(*row) for day, row in enumerate(counts) if any(row)}


def folded(counts: Series, budget: float = 1.0, **changed: object) -> Fold:
    """The episodes of one member that spends the whole budget."""
    options = {"at_least": 0.4, "false_alarms_a_year": budget, "cool_down_days": 0, **changed}
    return rule(**options).fold(cells(counts), NEVER_REPORTED, FIRST + len(counts) - 1)


def by_the_formula(counts: Series, target: float) -> float:
    """R of the day-batch Shiryaev–Roberts recursion, with one injected a day."""
    statistic = [0.0] * 4
    for passed, failed in counts:
        for k, ratio in enumerate((1.25, 1.5, 2.0, 3.0)):
            odds = target / (1 - target) / ratio
            worse = odds / (1 + odds)
            gain = passed * log(worse / target) + failed * (log1p(-worse) - log1p(-target))
            statistic[k] = min((statistic[k] + 1) * exp(gain), 1e18)
    return sum(statistic) / 4


@given(series, st.floats(0.05, 0.95))
def test_evidence_is_the_shiryaev_roberts_statistic(counts: Series, target: float) -> None:
    """With a constant part of the budget a day, evidence is R divided by its threshold."""
    proportion = Proportion(kpi=rule().definition, target=target, direction="at_least")
    evidence = DriftEvidence(alternatives=4)
    for day, (passed, failed) in enumerate(counts):
        evidence.add(day, 1e-9, share_log_ratios(passed, passed + failed, proportion))

    assert evidence.value == pytest.approx(1e-9 * by_the_formula(counts, target), rel=1e-9)


@settings(max_examples=40)
@given(series, st.sampled_from([1.0, 12.0, 60.0]))
def test_the_bench_simulates_the_detector(counts: Series, budget: float) -> None:
    """The vectorised simulation opens and closes on the days of the fold."""
    x = np.array([[passed for passed, _ in counts]])
    n = np.array([[passed + failed for passed, failed in counts]])
    simulated = vectorised.budgeted(x, n, 0.4, budget / 365)
    episodes = folded(counts, budget).episodes
    days = {
        day
        for episode in episodes
        for day in range(
            episode.opened, len(counts) + FIRST if episode.until is None else episode.until
        )
    }

    assert {FIRST + day for day in np.flatnonzero(simulated.opened[0])} == {
        episode.opened for episode in episodes
    }
    assert {FIRST + day for day in np.flatnonzero(simulated.open[0])} == days


@given(series, st.integers(0, 59))
def test_later_days_change_no_earlier_episode(counts: Series, cut: int) -> None:
    """What is known on a day depends on nothing later."""
    early = folded(counts[: cut + 1], 60).episodes
    late = folded(counts, 60).episodes

    assert [(episode.opened, episode.since) for episode in early] == [
        (episode.opened, episode.since) for episode in late if episode.opened <= FIRST + cut
    ]


def test_the_start_is_where_the_rate_fell() -> None:
    """An alarm dates the fall back to the week in which it happened, not to the day on which it was certain."""
    counts = [(2, 3)] * 60 + [(1, 4)] * 30
    (episode,) = folded(counts).episodes

    assert episode.opened > FIRST + 64
    assert FIRST + 58 <= episode.since <= FIRST + 62


def test_an_ending_restarts_the_evidence() -> None:
    """What opened an alarm that recovered does not open the next one."""
    counts = [(0, 30)] + [(40, 5)] * 3 + [(1, 9)]
    (episode,) = folded(counts).episodes

    assert (episode.opened, episode.until) == (FIRST, FIRST + 1)


def test_members_share_the_budget() -> None:
    """What alarms for a rule's only member is not enough when eleven others are watched under the same budget."""
    days = cells([(0, 26)])
    others = {f"other-{number}": cells([(4, 6)]) for number in range(11)}
    alone = rule(dimension="channel").prepare({"doda": days})
    together = rule(dimension="channel").prepare({"doda": days, **others})

    assert len(alone("doda", NEVER_REPORTED, FIRST).episodes) == 1
    assert together("doda", NEVER_REPORTED, FIRST).episodes == []
    last = together("doda", NEVER_REPORTED, FIRST).last
    assert last is not None and last.members == 12


def test_silence_is_no_evidence() -> None:
    """A member without cases spends nothing, so its first cases after three years are judged like any first cases."""
    counts = [(1, 1)] + [(0, 0)] * 1_100

    assert folded(counts).episodes == folded([*counts, (0, 3)]).episodes == []


@given(
    st.dictionaries(st.sampled_from("abc"), st.sets(st.integers(0, 60), max_size=8)),
    st.integers(-5, 90),
)
def test_members_are_those_with_cases_in_the_window(members: dict[str, set[int]], day: int) -> None:
    """The step function equals counting the members of one day."""
    counted = sum(any(day - 27 <= at <= day for at in days) for days in members.values())

    assert count_members(members, 28).on(day) == max(counted, 1)
    assert MemberCounts().on(day) == 1


def test_a_median_is_watched_by_the_share_beyond_its_limit() -> None:
    """A median of at most 48 hours is off target when more than half of the answers take longer, and only for certain."""
    slow = {"kpi": "response_hours", "at_least": None, "at_most": 48}

    def judged(late: int, quick: int) -> Fold:
        tally = {"response_hours.60": late, "response_hours.20": quick}
        return rule(**slow).fold({FIRST: tally}, NEVER_REPORTED, FIRST)

    assert judged(30, 20).episodes == []
    assert [episode.last.value for episode in judged(60, 20).episodes] == [60]


@pytest.mark.parametrize("target", [0.05, 0.4, 0.95])
def test_false_alarms_stay_within_the_budget(target: float) -> None:
    """At the target itself, a year of a series has at most as many alarms as were budgeted (400 simulated years)."""
    rng = np.random.default_rng(7)
    rates = np.full((400, 365), target)
    x, n = vectorised.decisions(rng, 20, rates)
    alarms = vectorised.budgeted(x, n, target, 2 / 365)

    assert alarms.opened.sum() / 400 <= 2
