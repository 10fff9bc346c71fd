"""Simulated companies for the bench: a year of many people, comparisons, falls with a known cause, and seasons of hires."""

from collections import Counter

import numpy as np
from scipy.special import expit, logit

from schemas.alerting.detectors.class_rates import ClassCounts, member_spread
from schemas.cells import Tally
from schemas.statistics.root_cause import Leaf
from schemas.statistics.shrinkage import PassCount
from schemas.statistics.triangle import Triangle
from tests.bench.detection.changed import People

BASELINE_WEEKS = 20
YEAR_WEEKS = 52
SPREAD = 0.33  # of people in log odds: 8 points at 40 %
TODAY = 20_000
BREACH_Z = 2.5  # by how much the whole company falls in a window that opens a breach
Members = dict[tuple[str, str], dict[int, Tally]]


def people_year(
    rng: np.random.Generator, persons: int = 200, shifted: int = 10, odds_ratio: float = 3.0
) -> People:
    """Three decisions a week each, 20 weeks before the year; some shift in its middle, half of them up."""
    days, change = (BASELINE_WEEKS + YEAR_WEEKS) * 7, (BASELINE_WEEKS + YEAR_WEEKS // 2) * 7
    odds = np.full((persons, days), logit(0.4)) + rng.normal(0, SPREAD, persons)[:, None]
    changed_on = np.full(persons, -1)
    for number, person in enumerate(rng.choice(persons, shifted, replace=False)):
        changed_on[person] = change
        odds[person, change:] += (1 if number % 2 else -1) * np.log(odds_ratio)
    n = np.zeros((persons, days), np.int64)
    n[:, 0::7] = n[:, 2::7] = n[:, 4::7] = 1
    x = rng.binomial(n, expit(odds))
    return People(x, n, _expected(x, n), changed_on)


def _expected(x: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The log odds of the others in the last twelve weeks, as the detector estimates them."""
    sums = []
    for values in (x, n):
        cumulated = (values.sum(axis=0) - values).cumsum(axis=1)
        recent = cumulated.copy()
        recent[:, 84:] -= cumulated[:, :-84]
        sums.append(recent)
    return logit((sums[0] + 8) / (sums[1] + 20))


def estimated_spread(people: People) -> float:
    """The spread as the detector estimates it from the members."""
    counts = {
        str(person): ClassCounts({"": (x.astype(float), n.astype(float))})
        for person, (x, n) in enumerate(zip(people.x, people.n, strict=True))
    }
    return member_spread(counts, "")


def decisions_of_equals(
    rng: np.random.Generator, persons: int, n: int
) -> dict[str, dict[str, PassCount]]:
    """Equally strict people with another mix each of stages that pass 45, 60 and 30 %."""
    decisions = {}
    for person in range(persons):
        cases = rng.multinomial(n, rng.dirichlet((1, 1, 1)))
        passes = rng.binomial(cases, (0.45, 0.6, 0.3))
        decisions[str(person)] = {
            stage: PassCount(int(x), int(k))
            for stage, x, k in zip("abc", passes, cases, strict=True)
        }
    return decisions


def company_fall(
    rng: np.random.Generator, *, fallen: bool
) -> tuple[Members, tuple[str, str] | None]:
    """The past and the last four weeks of 12 channels and 30 jobs; one falls by an odds ratio of 2 to 5.

    Only falls by which the whole company falls as well are told, because causes are searched when a breach is open.
    """
    while True:
        members, cause, fall = _draw_company(rng, fallen=fallen)
        if not fallen or fall > BREACH_Z:
            return members, cause


def _draw_company(
    rng: np.random.Generator, *, fallen: bool
) -> tuple[Members, tuple[str, str] | None, float]:
    sizes = {"channel": rng.dirichlet(np.full(12, 2.0)), "job": rng.dirichlet(np.full(30, 2.0))}
    odds = {name: rng.normal(0, 0.4, len(share)) for name, share in sizes.items()}
    volume = 400
    cause: tuple[str, int] | None = None
    if fallen:
        busy = [
            (name, int(i))
            for name, share in sizes.items()
            for i in np.flatnonzero(share * volume >= 25)
        ]
        cause = busy[int(rng.integers(len(busy)))]
    members: Members = {}
    rates: list[float] = []
    for day, cases in ((TODAY - 100, 4_000), (TODAY, volume)):
        channel, job = (rng.choice(len(share), cases, p=share) for share in sizes.values())
        z = logit(0.4) + odds["channel"][channel] + odds["job"][job]
        if cause is not None and day == TODAY:
            hit = (channel if cause[0] == "channel" else job) == cause[1]
            z = z - hit * np.log(rng.uniform(2, 5))
        passed = rng.random(cases) < expit(z)
        rates.append(float(passed.mean()))
        for name, values in (("channel", channel), ("job", job)):
            for value in np.unique(values):
                rows = passed[values == value]
                tally = {
                    "passed.screening": int(rows.sum()),
                    "failed.screening": int((~rows).sum()),
                }
                members.setdefault((name, f"{name}-{value}"), {})[day] = tally
    fall = (rates[0] - rates[1]) / np.sqrt(rates[0] * (1 - rates[0]) / volume)
    return members, None if cause is None else (cause[0], f"{cause[0]}-{cause[1]}"), float(fall)


def hiring_season(
    rng: np.random.Generator, noise: float, past: int = 365, ahead: int = 60
) -> tuple[Triangle, int]:
    """Three applications a day whose chance of a hire varies by calendar month; the history and the hires still to come of it."""
    per_day, chance, today = 3.0, 0.12, past - 1
    months = np.exp(rng.normal(-(noise**2) / 2, noise, (past + ahead) // 30 + 2))
    entered: Counter[int] = Counter()
    resolved: Counter[tuple[int, str, int]] = Counter()
    later = 0
    for day in range(past):
        for _ in range(rng.poisson(per_day)):
            entered[day] += 1
            hire_age, other_age = int(rng.gamma(4, 8)), int(rng.gamma(2, 10))
            month = min((day + hire_age) // 30, len(months) - 1)
            hired = rng.random() < min(chance * months[month], 0.95)
            age = hire_age if hired else other_age
            resolved[day, "hired" if hired else "rejected", age] += 1
            later += hired and today < day + age <= today + ahead
    return Triangle(entered, resolved), later


DIMENSIONS = ("channel", "job", "interviewer")


def root_cause_case(rng: np.random.Generator) -> tuple[list[Leaf], list[dict[str, str]]]:
    """Leaves of three dimensions with noise, and one or two causes of one to three dimensions, of 5 to 40 % of all rejections."""
    sizes = (8, 6, 5)
    effects = [rng.normal(0, 0.3, size) for size in sizes]
    index = [values.reshape(-1) for values in np.meshgrid(*map(np.arange, sizes), indexing="ij")]
    rate = 0.25 * np.exp(sum(effect[i] for effect, i in zip(effects, index, strict=True)))
    volume = rng.gamma(1.0, 4.0, len(rate))
    past_n = rng.poisson(volume * 10)
    past = rng.binomial(past_n, np.clip(rate, 0.01, 0.9))
    n = rng.poisson(volume)
    now = np.clip(rate * np.exp(rng.normal(0, 0.1, len(rate))), 0.01, 0.9)
    total = float((now * n).sum())
    causes = []
    for _ in range(int(rng.integers(1, 3))):
        chosen = sorted(rng.choice(3, int(rng.integers(1, 4)), replace=False))
        leaf = int(rng.choice(len(rate), p=volume / volume.sum()))
        rows = np.all([index[d] == index[d][leaf] for d in chosen], axis=0)
        base = max(float((now * n)[rows].sum()), 1e-9)
        factor = 1 + rng.uniform(0.05, 0.4) * total / base
        now[rows] = np.clip(now[rows] * factor, 0.01, 0.95)
        causes.append({DIMENSIONS[d]: str(index[d][leaf]) for d in chosen})
    count = rng.binomial(n, now)
    leaves = [
        Leaf(
            values=tuple(str(i[row]) for i in index),
            count=float(count[row]),
            n=float(n[row]),
            past_count=float(past[row]),
            past_n=float(past_n[row]),
        )
        for row in range(len(rate))
    ]
    return leaves, causes
