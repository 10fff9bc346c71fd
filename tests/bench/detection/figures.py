"""The figures of the bench: each measures one promise on simulated data of a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

import numpy as np

from schemas.alerting.rule import AlertRule
from schemas.planning.forecast import Cohorts, forecast_target
from schemas.planning.periods import local_date
from schemas.statistics.comparison import compare
from schemas.statistics.root_cause import find_root_causes
from schemas.statistics.shrinkage import PassCount
from tests.bench.detection import changed, stories
from tests.bench.detection.off_target import (
    Alarms,
    Counts,
    budgeted,
    decisions,
    first_alarm,
    jeffreys,
)
from tests.bench.detection.rivals import library_rules, static_band, two_deviations
from tests.schemas.alerting.test_rules import rule

TARGET, YEAR = 0.4, 365
FALL_DAY = 364  # a Monday, after a year on target
EPOCH = 20_000  # a day of the present
# Dimension, members, decisions a week of each: the default rules, each with one false alarm a year.
QUIET_COMPANY = (("channel", 12, 20.0), ("interviewer", 40, 3.0), ("job", 30, 8.0))
Rule = Callable[[Counts, Counts], Alarms]


@dataclass(frozen=True)
class QuietYear:
    """Alarms a year of the quiet company under one rule, at the target and five points above it."""

    rule: str
    at_target: float
    above: float


def quiet_years(rng: np.random.Generator, companies: int = 40) -> list[QuietYear]:
    """A year in which nothing changes, under our rule and others; a first year warms up."""
    simulated = {
        rate: [
            (members, *decisions(rng, a_week, np.full((companies * members, 2 * YEAR), rate)))
            for _, members, a_week in QUIET_COMPANY
        ]
        for rate in (TARGET, TARGET + 0.05)
    }

    def alarms(rule_of: Callable[[int], Rule], rate: float, part: int = 1) -> float:
        total = 0.0
        for members, x, n in simulated[rate]:
            few = slice(0, x.shape[0] // part)
            total += rule_of(members)(x[few], n[few]).opened[:, YEAR:].sum() * part
        return total / companies

    ours = {
        "budgeted (ours)": lambda members: lambda x, n: budgeted(x, n, TARGET, 1 / (YEAR * members))
    }
    rules = ours | {
        "one look at 95 % (before)": lambda _: lambda x, n: jeffreys(x, n, TARGET),
        "2 SD below 90 days": lambda _: two_deviations,
        "15 points below 90 days": lambda _: static_band,
    }
    years = [
        QuietYear(name, *(alarms(of, rate) for rate in simulated)) for name, of in rules.items()
    ]
    for name, other in library_rules(TARGET).items():
        years.append(
            QuietYear(name, *(alarms(lambda _, r=other: r, rate, 10) for rate in simulated))
        )
    return years


def off_target_delays(
    rng: np.random.Generator, part: int, series: int = 1_500
) -> dict[float, float]:
    """The median days to an alarm at 20 decisions a week, by the rate that 40 % falls to; one budgeted alarm in `part` days."""
    delays = {}
    for fallen in (0.3, 0.2):
        rates = np.full((series, FALL_DAY + 300), TARGET)
        rates[:, FALL_DAY:] = fallen
        alarms = budgeted(*decisions(rng, 20, rates), TARGET, 1 / part)
        calm = ~alarms.open[:, FALL_DAY - 1]
        delays[fallen] = float(np.median(first_alarm(alarms, FALL_DAY)[calm]))
    return delays


def budget_used(rng: np.random.Generator, target: float, series: int = 1_500) -> float:
    """Alarms a year of a series exactly at its target, as a share of a budget of one in 730 days."""
    x, n = decisions(rng, 20, np.full((series, YEAR), target))
    return float(budgeted(x, n, target, 1 / 730).opened.sum()) / series / (YEAR / 730)


@dataclass(frozen=True)
class ChangedYear:
    """Of 200 people in a year: false alarms, the share of the changes that was seen, and the median weeks until then."""

    false_alarms: float
    found: float
    weeks: float


def changed_years(rng: np.random.Generator, years: int = 320) -> ChangedYear:
    """Ten of 200 people change by an odds ratio of 3; the budget is one alarm in 5,000 decisions."""
    spent = 1 / (5_000 * 7 / 3)
    false, seen, weeks = 0, [], []
    for _ in range(years):
        people = stories.people_year(rng)
        opened = changed.alarms(people, stories.estimated_spread(people), spent)
        opened[:, : stories.BASELINE_WEEKS * 7] = False
        for person, change in enumerate(people.changed_on):
            days = np.flatnonzero(opened[person])
            after = days[days >= change] if change >= 0 else []
            false += len(days) - len(after)
            if change >= 0:
                seen.append(len(after) > 0)
                weeks += [(int(after[0]) - int(change)) / 7] if len(after) else []
    return ChangedYear(false / years, float(np.mean(seen)), float(np.median(weeks)))


def interviewer_coverage(rng: np.random.Generator) -> dict[tuple[int, int], float]:
    """How often the 90 % interval holds the true rate, by people and decisions each; true rates vary by 8 points."""
    coverage = {}
    for persons, n, companies in (
        (40, 5, 25),
        (40, 10, 25),
        (40, 30, 25),
        (40, 100, 25),
        (3, 5, 250),
        (3, 30, 250),
    ):
        held = 0
        for _ in range(companies):
            rates = rng.beta(14.6, 21.9, persons)
            counts = {
                str(i): {"": PassCount(int(x), n)} for i, x in enumerate(rng.binomial(n, rates))
            }
            for row in compare(counts):
                low, high = row.shrunk.interval(0.9)
                held += low <= rates[int(row.members[0])] <= high
        coverage[persons, n] = held / persons / companies
    return coverage


def case_mix_flags(rng: np.random.Generator) -> float:
    """How many equally strict people are flagged because they decide at harder or easier stages."""
    rows = [
        row.flagged
        for n in (30, 100)
        for _ in range(40)
        for row in compare(stories.decisions_of_equals(rng, 40, n))
    ]
    return float(np.mean(rows))


def segments(rng: np.random.Generator, companies: int = 250) -> tuple[float, float]:
    """How often the segment that fell is named first, and how often nobody is named when nothing fell."""
    watched: AlertRule = rule()
    right, silent = [], []
    for _ in range(companies):
        members, cause = stories.company_fall(rng, fallen=True)
        named = watched.find_cause(members, stories.TODAY).segment
        right.append(named is not None and (named.dimension, named.member) == cause)
        members, _ = stories.company_fall(rng, fallen=False)
        silent.append(watched.find_cause(members, stories.TODAY).segment is None)
    return float(np.mean(right)), float(np.mean(silent))


def forecast_coverage(rng: np.random.Generator, noise: float, seasons: int = 200) -> float:
    """How often the 80 % interval of the hires to come holds them; `noise` is the SD of the monthly hire rate's logarithm."""
    held = 0
    for _ in range(seasons):
        history, later = stories.hiring_season(rng, noise)
        shifted = stories.Triangle(
            {day + EPOCH: n for day, n in history.entered.items()},
            {(day + EPOCH, *rest): n for (day, *rest), n in history.resolved.items()},
        )
        span = (local_date(EPOCH + 364), local_date(EPOCH + 364 + 60))
        forecast = forecast_target(Cohorts(own=shifted, company=shifted), 0, 10, span)
        held += forecast is not None and forecast.low <= later <= forecast.high
    return held / seasons


def root_cause_scores(rng: np.random.Generator, cases: int = 150) -> tuple[float, float, float]:
    """F1 of the causes that the scan names, and of the single values of largest excess (plain contribution), on generated cases.

    The third is the median CPU time of a scan in milliseconds.
    """
    scan, plain, times = np.zeros(3), np.zeros(3), []
    for _ in range(cases):
        leaves, causes = stories.root_cause_case(rng)
        started = process_time()
        named = [dict(cause.values) for cause in find_root_causes(stories.DIMENSIONS, leaves)]
        times.append(1_000 * (process_time() - started))
        scan += _score(named, causes)
        plain += _score(_largest_contributions(leaves, len(causes)), causes)
    return _f1(scan), _f1(plain), float(np.median(times))


def _score(named: list[dict[str, str]], causes: list[dict[str, str]]) -> np.ndarray:
    hits = sum(cause in causes for cause in named)
    return np.array([hits, len(named) - hits, len(causes) - hits])


def _f1(counts: np.ndarray) -> float:
    hits, false, missed = counts
    return float(2 * hits / (2 * hits + false + missed))


def _largest_contributions(leaves: list[stories.Leaf], limit: int) -> list[dict[str, str]]:
    rows: dict[tuple[str, str], float] = {}
    for leaf in leaves:
        rate = leaf.past_count / leaf.past_n if leaf.past_n else 0.25
        for dimension, value in zip(stories.DIMENSIONS, leaf.values, strict=True):
            excess = leaf.count - rate * leaf.n
            rows[dimension, value] = rows.get((dimension, value), 0.0) + excess
    ordered = sorted(rows, key=lambda name: -rows[name])
    return [{dimension: value} for dimension, value in ordered[:limit]]
