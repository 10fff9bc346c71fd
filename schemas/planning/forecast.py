"""着地見込み: the forecast of a hires or joins target at the end of its period."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypedDict

from schemas.cells import ALL
from schemas.instants import day_number
from schemas.kpis.definition import ForecastCases, histogram
from schemas.kpis.durations import DailyTallies, triangle
from schemas.planning.periods import Period
from schemas.statistics.dispersion import hire_variation
from schemas.statistics.forecast import HIRED, Arrivals, Forecast, forecast
from schemas.statistics.incidence import aalen_johansen
from schemas.statistics.triangle import Triangle, life_table

MIN_HISTORY = 100  # cases a member needs before its own history is used in place of the company's
ROUNDING_TOLERANCE = 1e-9  # a plan written as a fraction may come out slightly off an integer
RECENT_DAYS = 90  # window over which expected arrivals are averaged


@dataclass(frozen=True, kw_only=True)
class TargetForecast:
    """Expected hires at the end of the period; `mean` and the 80 % interval include the hires so far.

    `reach` is the probability of reaching the target. `history` says whose history was used and `history_n` how many cases
    it has; fewer than `MIN_HISTORY` are thin. `open` cases are in flight now; `unseen` of them are older than any resolved
    case and count as no hire. `follow_up` is for how many days the first case was followed, `horizon` how many are forecast.
    `dispersion` is φ of past hires, which widens the interval; if `changed`, the latest hires leave even that range, by a trend, a
    season or another hire rate, and the interval does not cover it.
    """

    mean: float
    low: int
    high: int
    reach: float
    open: int
    unseen: int
    history: Literal["member", "company"]
    history_n: int
    arrivals: bool
    follow_up: int = 0
    horizon: int = 0
    dispersion: float = 1.0
    changed: bool = False

    @property
    def thin(self) -> bool:
        """Whether the history is too small or too short to rely on: nobody was followed for as long as the horizon."""
        return self.history_n < MIN_HISTORY or self.follow_up < self.horizon


@dataclass(frozen=True, kw_only=True)
class Cohorts:
    """Triangles of entries and hires by age: of the target's member, and of the whole company."""

    own: Triangle
    company: Triangle


def forecast_target(
    cases: Cohorts, done: int, plan: float, remaining: tuple[date, date], *, arrivals: bool = False
) -> TargetForecast | None:
    """Forecast from the end of day `remaining[0]`, with `done` hires in the period so far, to the end of its last day `remaining[1]`.

    None if no case has entered yet, because there is no history.
    """
    as_of, days_ahead = day_number(remaining[0]), (remaining[1] - remaining[0]).days
    own, company = aalen_johansen(cases.own, as_of), aalen_johansen(cases.company, as_of)
    use_own = own is not None and own.n >= MIN_HISTORY
    history, past = (own, cases.own) if use_own else (company, cases.company)
    if history is None:
        return None
    arriving = _recent_arrivals(cases.own, as_of) if arrivals else None
    variation, open_cases = hire_variation(past, history, as_of), in_flight(cases.own, as_of)
    expected = forecast(open_cases, {ALL: history}, days_ahead, arriving, variation.phi)
    return TargetForecast(
        **_outcome(expected, done, plan),
        history="member" if use_own else "company",
        history_n=history.n,
        arrivals=arriving is not None,
        follow_up=as_of - min(past.entered, default=as_of),
        horizon=days_ahead,
        dispersion=variation.phi,
        changed=variation.changed,
    )


class _Outcome(TypedDict):
    mean: float
    low: int
    high: int
    reach: float
    open: int
    unseen: int


def _outcome(expected: Forecast, done: int, plan: float) -> _Outcome:
    """The forecast with the hires so far."""
    return _Outcome(
        mean=done + expected.mean,
        low=done + expected.low,
        high=done + expected.high,
        reach=expected.at_least(math.ceil(plan - done - ROUNDING_TOLERANCE)),
        open=expected.n,
        unseen=expected.unseen,
    )


def is_running(days: Period, as_of: date) -> bool:
    """Whether the period has started and not ended, so that a forecast makes sense."""
    return days.first <= as_of < days.last


def in_flight(cases: Triangle, as_of: int) -> Counter[tuple[str, int]]:
    """Count the open cases by their age at the end of day `as_of`."""
    return Counter(
        {(ALL, row.age): row.censored for row in life_table(cases, as_of).rows if row.censored}
    )


def application_triangle(days: DailyTallies) -> Triangle:
    """Build the triangle of applications: outcomes by age."""
    return triangle(days, "application", "applications")


def acceptance_triangle(days: DailyTallies) -> Triangle:
    """Build the triangle of acceptances (or hires if the ATS sends no offers) with joins by age.

    The join outcome is named `hired`, as the forecast expects. `start_days` are counted on the day of joining. Reneged
    acceptances stay open, and so lower the join probability at their age.
    """
    accepted = any(tally.get("offers_accepted", 0) > 0 for tally in days.decided.values())
    entry_measure = "offers_accepted" if accepted else "hired"
    entries = {day: n for day, tally in days.decided.items() if (n := tally.get(entry_measure, 0))}
    joined: Counter[tuple[int, str, int]] = Counter()
    for day, tally in days.decided.items():
        for age, n in histogram(tally, ("start_days.*",)).items():
            joined[day - age, HIRED, age] += n
    return Triangle(entries, joined)


TRIANGLES: Mapping[ForecastCases, Callable[[DailyTallies], Triangle]] = {
    "applications": application_triangle,
    "acceptances": acceptance_triangle,
}


def _recent_arrivals(cases: Triangle, as_of: int) -> Arrivals | None:
    """Average arrivals over the last `RECENT_DAYS` days, or over the whole history if it is shorter."""
    days = [day for day, n in cases.entered.items() if n > 0 and day <= as_of]
    if not days:
        return None
    window = min(RECENT_DAYS, as_of - min(days) + 1)
    recent = sum(max(cases.entered[day], 0) for day in days if day > as_of - window)
    return Arrivals(recent / window, window)
