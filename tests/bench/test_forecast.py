"""Benchmark of the coverage of the 80 % hires forecast interval on simulated seasons, against a rates-only baseline."""

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from schemas.instants import EPOCH_DAY
from schemas.planning.forecast import Cohorts, TargetForecast, forecast_target
from schemas.statistics import count_distribution
from schemas.statistics.incidence import aalen_johansen
from schemas.statistics.triangle import Triangle
from tests.schemas.statistics.test_forecast import Company, Season, season

SEASONS = int(os.environ.get("BENCH_SEASONS", "400"))
SEED = 20260424


class Scene(NamedTuple):
    """A company, or a channel next to the `rest`; applications of the last 30 days of history and later follow `after`.

    `steady` means that the process does not change and the history is long enough, so the interval must hold.
    """

    company: Company
    rest: Company | None = None
    after: Company | None = None
    steady: bool = True


SCENES = {
    "small company, month": Scene(Company(365, 30, 0.7, 0.1)),
    "middle company, month": Scene(Company(365, 30, 3, 0.12)),
    "middle company, quarter": Scene(Company(365, 90, 3, 0.12)),
    "big company, quarter": Scene(Company(365, 90, 30, 0.05)),
    "young company, month": Scene(Company(60, 30, 3, 0.12), steady=False),
    "small channel as the rest": Scene(Company(180, 30, 0.4, 0.12), Company(180, 30, 3, 0.12)),
    "small channel twice as good": Scene(
        Company(180, 30, 0.4, 0.24), Company(180, 30, 3, 0.12), steady=False
    ),
    "chance halved a month ago": Scene(
        Company(365, 30, 3, 0.2), after=Company(365, 30, 3, 0.1), steady=False
    ),
}
CHANGED_DAYS = 30


def simulate_scene(dice: random.Random, scene: Scene) -> tuple[Season, Triangle]:
    """Simulate a season of the scene's company; return it and the history of the whole company."""
    own_season = season(dice, scene.company)
    if scene.after is not None:
        own_season = combine_seasons(own_season, season(dice, scene.after), scene.company)
    if scene.rest is None:
        return own_season, own_season.history
    return own_season, add_triangles(own_season.history, season(dice, scene.rest).history)


def combine_seasons(before: Season, after: Season, company: Company) -> Season:
    """Combine two seasons: applications before the change from one, later ones from the other."""
    turn, today = company.past - CHANGED_DAYS, company.past - 1
    parts = ((before.history, range(turn)), (after.history, range(turn, today + company.ahead + 1)))
    history = Triangle(
        {day: n for part, days in parts for day, n in part.entered.items() if day in days},
        {key: n for part, days in parts for key, n in part.resolved.items() if key[0] in days},
    )
    hires = [0, 0]
    for (day, outcome, age), n in history.resolved.items():
        hires[day > today] += n * (
            outcome == "hired" and today < day + age <= today + company.ahead
        )
    return Season(history, Counter(), *hires)


def add_triangles(first: Triangle, second: Triangle) -> Triangle:
    """Add two triangles."""
    return Triangle(
        Counter(first.entered) + Counter(second.entered),
        Counter(first.resolved) + Counter(second.resolved),
    )


@dataclass
class CoverageTotals:
    """Totals over the seasons of a scene: coverage, width and expected hires by forecast."""

    covered: Counter[str] = field(default_factory=Counter)
    width: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    hires: Counter[str] = field(default_factory=Counter)
    own: int = 0

    def add(self, name: str, hires: int, interval: tuple[float, int, int]) -> None:
        """Add one interval and the actual hires."""
        mean, low, high = interval
        self.covered[name] += low <= hires <= high
        self.width[name] += high - low
        self.expected[name] += mean  # type: ignore[assignment]
        self.hires[name] += hires

    def line(self, scene: str, name: str) -> str:
        """Format the totals of one forecast."""
        n = SEASONS
        return (
            f"{scene:<28} {name:<14} covered {self.covered[name] / n:6.1%}  width {self.width[name] / n:5.1f}  "
            f"expected {self.expected[name] / n:6.2f}  hired {self.hires[name] / n:6.2f}"
        )


def rates_alone(in_flight: int, history: Triangle, as_of: int) -> tuple[float, int, int]:
    """The baseline: in-flight cases times the hire share of completed cases, with a Poisson interval."""
    table = aalen_johansen(history, as_of)
    if table is None:
        return 0, 0, 0
    mean = in_flight * (table.estimate("hired").completed_only or 0.0)
    return (
        mean,
        count_distribution.quantile(mean, mean, 0.1),
        count_distribution.quantile(mean, mean, 0.9),
    )


def interval_of(result: TargetForecast) -> tuple[float, int, int]:
    """Return mean and interval."""
    return result.mean, result.low, result.high


@pytest.mark.parametrize("scene", SCENES)
def test_coverage(scene: str) -> None:
    """The interval covers about eight of ten seasons in steady scenes; the other scenes show the cost of change."""
    company, steady = SCENES[scene].company, SCENES[scene].steady
    dice, totals = random.Random(SEED), CoverageTotals()
    as_of = date.fromordinal(EPOCH_DAY + company.past - 1)
    remaining = (as_of, as_of + timedelta(company.ahead))
    for _ in range(SEASONS):
        own_season, history = simulate_scene(dice, SCENES[scene])
        cases = Cohorts(own=own_season.history, company=history)
        alone = forecast_target(cases, 0, 1, remaining)
        more = forecast_target(cases, 0, 1, remaining, arrivals=True)
        assert alone is not None and more is not None
        totals.own += alone.history == "member"
        totals.add("in flight", own_season.hires, interval_of(alone))
        totals.add("with arrivals", own_season.hires + own_season.later_hires, interval_of(more))
        naive = rates_alone(alone.open, history, company.past - 1)
        totals.add("rates alone", own_season.hires, naive)
    print()
    for name in ("in flight", "with arrivals", "rates alone"):
        print(totals.line(scene, name))
    print(
        f"{scene:<28} own history in {totals.own / SEASONS:.0%} of {SEASONS} seasons, seed {SEED}"
    )

    if steady:
        assert 0.74 <= totals.covered["in flight"] / SEASONS <= 0.97
        assert 0.74 <= totals.covered["with arrivals"] / SEASONS <= 0.97


def test_the_probability_to_reach_a_target_is_calibrated() -> None:
    """The probability of reaching a target is calibrated better than the base rate."""
    company = Company(365, 30, 3, 0.12)
    dice = random.Random(SEED)
    as_of = date.fromordinal(EPOCH_DAY + company.past - 1)
    remaining = (as_of, as_of + timedelta(company.ahead))
    bins: dict[int, list[tuple[float, bool]]] = {}
    for _ in range(2 * SEASONS):
        simulated = season(dice, company)
        cases = Cohorts(own=simulated.history, company=simulated.history)
        plan = dice.randint(2, 14)
        result = forecast_target(cases, 0, plan, remaining)
        if result is not None:
            outcome = (result.reach, simulated.hires >= plan)
            bins.setdefault(min(int(result.reach * 5), 4), []).append(outcome)
    outcomes = [outcome for rows in bins.values() for outcome in rows]
    brier = sum((p - reached) ** 2 for p, reached in outcomes) / len(outcomes)
    base = sum(reached for _, reached in outcomes) / len(outcomes)
    print(f"\nBrier score {brier:.3f}; always predicting {base:.0%}: {base * (1 - base):.3f}")
    for at in sorted(bins):
        predicted, reached_share = (
            sum(column) / len(bins[at]) for column in zip(*bins[at], strict=True)
        )
        print(
            f"predicted {predicted:6.1%}  reached {reached_share:6.1%}  of {len(bins[at])} targets"
        )

    assert brier < base * (1 - base)
