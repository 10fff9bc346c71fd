"""The rules that run live, on simulated years: counts, medians and service levels, and how well the simulations agree with them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.alerting.episodes import ReportedHistory
from schemas.alerting.rule import AlertRule
from schemas.cells import Tally
from schemas.tenants.business_hours import no_holiday
from tests.bench.detection import changed, stories
from tests.bench.detection.off_target import budgeted, decisions
from tests.schemas.alerting.test_rules import rule

EPOCH = 20_003  # a Monday
YEAR = 365
WORKWEEK = np.array((1.4, 1.4, 1.4, 1.4, 1.4, 0.0, 0.0))  # of the mean day
TOLERANCE_DAYS = 7  # between an alarm and the one that the simulation shows
Members = Mapping[str, Mapping[int, Tally]]


def openings(watched: AlertRule, members: Members, days: int) -> list[tuple[str, int]]:
    """The member and the day of every alarm, by the code that the watch calls."""
    fold = watched.prepare(members, no_holiday)
    return [
        (member, episode.opened - EPOCH)
        for member in members
        for episode in fold(member, ReportedHistory(), EPOCH + days - 1).episodes
    ]


def _years_of_counts(
    rng: np.random.Generator, watched: AlertRule, mean: float, measure: str, series: int = 50
) -> float:
    """Alarms a year of counts with this mean per window, over-dispersed by a half; a first year warms up."""
    days = 2 * YEAR
    means = mean / watched.terms.window_days * WORKWEEK[np.arange(days) % 7]
    alarms = 0
    for _ in range(series):
        scattered = rng.gamma(np.maximum(means, 1e-9) / 0.5, 0.5)
        counts = rng.poisson(scattered)
        cells = {EPOCH + int(day): {measure: int(counts[day])} for day in np.flatnonzero(counts)}
        alarms += sum(day >= YEAR for _, day in openings(watched, {"all": cells}, days))
    return alarms / series


def _years_of_hours(
    rng: np.random.Generator, watched: AlertRule, median: float, series: int = 50
) -> float:
    """Alarms a year of response times with this median, 20 a week."""
    days, alarms = 2 * YEAR, 0
    for _ in range(series):
        cells: dict[int, Tally] = {}
        for day in range(days):
            hours = rng.lognormal(np.log(median), 0.8, 4 if day % 7 < 5 else 0)
            for value in hours:
                tally = cells.setdefault(EPOCH + day, {})
                name = f"response_hours.{round(value)}"
                tally[name] = tally.get(name, 0) + 1
        alarms += sum(day >= YEAR for _, day in openings(watched, {"all": cells}, days))
    return alarms / series


def point_comparisons(rng: np.random.Generator) -> dict[str, float]:
    """Alarms a year of a count or a median that meets its target, under a budget of one."""
    few = rule(kpi="applications", at_least=20)
    unmapped = rule(kpi="unmapped_stage_entries", at_least=None, at_most=10, window_days=7)
    slow = rule(kpi="response_hours", at_least=None, at_most=48)
    return {
        "applications at least 20, true mean 22": _years_of_counts(rng, few, 22, "applications"),
        "applications at least 20, true mean 20": _years_of_counts(rng, few, 20, "applications"),
        "unmapped at most 10, true mean 8": _years_of_counts(rng, unmapped, 8, "entered.unmapped"),
        "unmapped at most 10, true mean 10": _years_of_counts(
            rng, unmapped, 10, "entered.unmapped"
        ),
        "response at most 48 h, true median 44": _years_of_hours(rng, slow, 44),
    }


@dataclass(frozen=True)
class Grouped:
    """Alarms of a service level a year by member, and incidents: stretches of days on which any member is overdue."""

    members: float
    incidents: float


def service_level_year(rng: np.random.Generator, jobs: int = 30) -> Grouped:
    """A year in which one application in fifty waits longer than seven days, in 30 jobs with five applications a week each."""
    watched = rule(kpi="time_in_screening_days", dimension="job", at_least=None, at_most=7)
    members: dict[str, dict[int, Tally]] = {}
    for job in range(jobs):
        cells = members.setdefault(f"job-{job}", {})
        for day in np.flatnonzero(rng.random(YEAR) < 5 / 7):
            age = 9 if rng.random() < 0.02 else int(rng.integers(0, 6))
            cells[EPOCH + int(day)] = {
                "entered.screening": 1,
                f"days.screening.passed.{age}": 1,
            }
    fold = watched.prepare(members, no_holiday)
    spans = [
        (episode.opened, episode.until or EPOCH + YEAR)
        for member in members
        for episode in fold(member, ReportedHistory(), EPOCH + YEAR - 1).episodes
    ]
    incidents, end = 0, 0
    for opened, until in sorted(spans):
        incidents += opened > end
        end = max(end, until)
    return Grouped(len(spans), incidents)


def off_target_agreement(rng: np.random.Generator, companies: int = 2) -> float:
    """The share of alarms of twelve channels that the live rule and the simulation raise within a week of each other."""
    days, members, live, simulated = 2 * YEAR, 12, [], []
    watched = rule(dimension="channel", false_alarms_a_year=60, cool_down_days=0)
    for company in range(companies):
        x, n = decisions(rng, 20, np.full((members, days), 0.4))
        live += [(f"{company}/{name}", at) for name, at in openings(watched, _screened(x, n), days)]
        alarms = budgeted(x, n, 0.4, 60 / (YEAR * members))
        simulated += [(f"{company}/{row}", int(at)) for row, at in np.argwhere(alarms.opened)]
    return agreement(live, simulated)


def changed_agreement(rng: np.random.Generator) -> float:
    """The share of alarms of a year of 200 people that the live rule and the simulation raise within a week of each other."""
    people = stories.people_year(rng)
    persons, days = people.x.shape
    budget = 12.0
    watched = rule(
        kind="change",
        dimension="interviewer",
        at_least=None,
        false_alarms_a_year=budget,
        kpi="interview_pass_rate",
    )
    members: dict[str, dict[int, Tally]] = {
        str(row): {
            EPOCH + int(day): {
                "passed.interview_1": int(people.x[row, day]),
                "failed.interview_1": int(people.n[row, day] - people.x[row, day]),
            }
            for day in np.flatnonzero(people.n[row])
        }
        for row in range(persons)
    }
    opened = changed.alarms(people, stories.estimated_spread(people), budget / (YEAR * persons))
    return agreement(
        openings(watched, members, days),
        [(str(row), int(day)) for row, day in np.argwhere(opened)],
    )


def _screened(x: NDArray[np.int64], n: NDArray[np.int64]) -> dict[str, dict[int, Tally]]:
    return {
        str(row): {
            EPOCH + int(day): {
                "passed.screening": int(x[row, day]),
                "failed.screening": int(n[row, day] - x[row, day]),
            }
            for day in np.flatnonzero(n[row])
        }
        for row in range(len(x))
    }


def agreement(live: list[tuple[str, int]], simulated: list[tuple[str, int]]) -> float:
    """Twice the alarms that both have over all alarms of both; 1 if there are none."""
    if not live and not simulated:
        return 1.0
    rest, both = list(simulated), 0
    for member, day in live:
        match = next(
            (row for row in rest if row[0] == member and abs(row[1] - day) <= TOLERANCE_DAYS), None
        )
        if match is not None:
            rest.remove(match)
            both += 1
    return 2 * both / (len(live) + len(simulated))
