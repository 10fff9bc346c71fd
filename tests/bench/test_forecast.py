"""How often the 80 % interval of the hires forecast holds on simulated seasons, beside a forecast of rates alone."""

import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from tests.schemas.statistics.test_forecast import Company, Season, season

from schemas.instants import EPOCH_DAY
from schemas.planning.forecast import Cases, Outlook, outlook
from schemas.statistics import count_distribution
from schemas.statistics.incidence import aalen_johansen
from schemas.statistics.triangle import Triangle

SEASONS = int(os.environ.get("BENCH_SEASONS", "400"))
SEED = 20260424


class Scene(NamedTuple):
    """A company, or a channel beside the `rest`; who applies in its last 30 days of the past and later is as `after`.

    `steady` means that tomorrow is like yesterday and the history is long enough, so that the interval must hold.
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


def play(dice: random.Random, scene: Scene) -> tuple[Season, Triangle]:
    """A season of the scene's company, and the history of all of which it is a part."""
    mine = season(dice, scene.company)
    if scene.after is not None:
        mine = changed(mine, season(dice, scene.after), scene.company)
    if scene.rest is None:
        return mine, mine.history
    return mine, added(mine.history, season(dice, scene.rest).history)


def changed(before: Season, after: Season, company: Company) -> Season:
    """Who applied before the change as in one season, the later as in the other."""
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


def added(one: Triangle, other: Triangle) -> Triangle:
    """The company of two parts."""
    return Triangle(
        Counter(one.entered) + Counter(other.entered),
        Counter(one.resolved) + Counter(other.resolved),
    )


@dataclass
class Kept:
    """What came of the seasons of a scene: how often each interval held, how wide it was, and what was expected."""

    held: Counter[str] = field(default_factory=Counter)
    width: Counter[str] = field(default_factory=Counter)
    expected: Counter[str] = field(default_factory=Counter)
    hires: Counter[str] = field(default_factory=Counter)
    own: int = 0

    def take(self, name: str, hires: int, told: tuple[float, int, int]) -> None:
        """One interval and what happened."""
        mean, low, high = told
        self.held[name] += low <= hires <= high
        self.width[name] += high - low
        self.expected[name] += mean  # type: ignore[assignment]
        self.hires[name] += hires

    def line(self, scene: str, name: str) -> str:
        """As printed."""
        n = SEASONS
        return (
            f"{scene:<28} {name:<14} covered {self.held[name] / n:6.1%}  width {self.width[name] / n:5.1f}  "
            f"expected {self.expected[name] / n:6.2f}  hired {self.hires[name] / n:6.2f}"
        )


def rates_alone(in_flight: int, history: Triangle, as_of: int) -> tuple[float, int, int]:
    """The baseline: all in flight by the share of the completed that were hired, whenever, with a Poisson interval."""
    table = aalen_johansen(history, as_of)
    if table is None:
        return 0, 0, 0
    mean = in_flight * (table.of("hired").completed_only or 0.0)
    return (
        mean,
        count_distribution.quantile(mean, mean, 0.1),
        count_distribution.quantile(mean, mean, 0.9),
    )


def told(found: Outlook) -> tuple[float, int, int]:
    """Mean and interval."""
    return found.mean, found.low, found.high


@pytest.mark.parametrize("scene", SCENES)
def test_coverage(scene: str) -> None:
    """Eight seasons of ten, where tomorrow is like yesterday; the other scenes show what it costs when it is not."""
    company, steady = SCENES[scene].company, SCENES[scene].steady
    dice, kept = random.Random(SEED), Kept()
    as_of = date.fromordinal(EPOCH_DAY + company.past - 1)
    left = (as_of, as_of + timedelta(company.ahead))
    for _ in range(SEASONS):
        mine, history = play(dice, SCENES[scene])
        cases = Cases(own=mine.history, company=history)
        alone = outlook(cases, 0, 1, left)
        more = outlook(cases, 0, 1, left, arrivals=True)
        assert alone is not None and more is not None
        kept.own += alone.history == "member"
        kept.take("in flight", mine.hires, told(alone))
        kept.take("with arrivals", mine.hires + mine.later_hires, told(more))
        naive = rates_alone(alone.open, history, company.past - 1)
        kept.take("rates alone", mine.hires, naive)
    print()
    for name in ("in flight", "with arrivals", "rates alone"):
        print(kept.line(scene, name))
    print(f"{scene:<28} own history in {kept.own / SEASONS:.0%} of {SEASONS} seasons, seed {SEED}")

    if steady:
        assert 0.74 <= kept.held["in flight"] / SEASONS <= 0.97
        assert 0.74 <= kept.held["with arrivals"] / SEASONS <= 0.97


def test_the_chance_to_reach_a_target_is_what_it_says() -> None:
    """Of all targets that were given 20 to 40 %, 20 to 40 % are reached, and so on."""
    company = Company(365, 30, 3, 0.12)
    dice = random.Random(SEED)
    as_of = date.fromordinal(EPOCH_DAY + company.past - 1)
    left = (as_of, as_of + timedelta(company.ahead))
    bins: dict[int, list[tuple[float, bool]]] = {}
    for _ in range(2 * SEASONS):
        played = season(dice, company)
        cases = Cases(own=played.history, company=played.history)
        plan = dice.randint(2, 14)
        found = outlook(cases, 0, plan, left)
        if found is not None:
            told = (found.reach, played.hires >= plan)
            bins.setdefault(min(int(found.reach * 5), 4), []).append(told)
    every = [each for rows in bins.values() for each in rows]
    brier = sum((p - reached) ** 2 for p, reached in every) / len(every)
    base = sum(reached for _, reached in every) / len(every)
    print(f"\nBrier score {brier:.3f}; of always saying {base:.0%}: {base * (1 - base):.3f}")
    for at in sorted(bins):
        said, came = (sum(column) / len(bins[at]) for column in zip(*bins[at], strict=True))
        print(f"said {said:6.1%}  reached {came:6.1%}  of {len(bins[at])} targets")

    assert brier < base * (1 - base)
