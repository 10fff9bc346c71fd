"""着地見込み: what a target of hires will come to by the end of its period."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.cells import ALL
from schemas.instants import day_number
from schemas.kpis.definition import histogram
from schemas.kpis.durations import Days, triangle
from schemas.planning.periods import Period
from schemas.statistics.forecast import HIRED, Arrivals, forecast
from schemas.statistics.incidence import aalen_johansen
from schemas.statistics.triangle import Triangle, life_table

ENOUGH = (
    100  # cases that a member must have seen before its own history says more than the company's
)
ROUNDING = 1e-9  # a plan of 3 may be written as a share that is not quite 3
RECENT_DAYS = 90  # over which the arrivals to expect are averaged


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Hires by the end: `mean` and the 80 % interval are of the whole period, what is done included.

    `reach` is the probability of the target. `history` says whose past was asked, of `history_n` cases; fewer than
    `ENOUGH` are thin. `open` are in flight now, `unseen` of them older than anybody who ever left, counted as no hire.
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

    @property
    def thin(self) -> bool:
        """Whether the history is too short to lean on."""
        return self.history_n < ENOUGH


@dataclass(frozen=True, kw_only=True)
class Cases:
    """Who entered and was hired at which age: of the member that the target is for, and of the whole company."""

    own: Triangle
    company: Triangle


def outlook(
    cases: Cases, done: int, plan: float, left: tuple[date, date], *, arrivals: bool = False
) -> Outlook | None:
    """From the end of day `left[0]`, when `done` were hired in the period, to that of its last day `left[1]`.

    None where nobody has entered yet, so that there is no past to ask.
    """
    as_of, ahead = day_number(left[0]), (left[1] - left[0]).days
    own, company = aalen_johansen(cases.own, as_of), aalen_johansen(cases.company, as_of)
    mine = own is not None and own.n >= ENOUGH
    history = own if mine else company
    if history is None:
        return None
    come = _arrivals(cases.own, as_of) if arrivals else None
    found = forecast(in_flight(cases.own, as_of), {ALL: history}, ahead, come)
    return Outlook(
        mean=done + found.mean,
        low=done + found.low,
        high=done + found.high,
        reach=found.at_least(math.ceil(plan - done - ROUNDING)),
        open=found.n,
        unseen=found.unseen,
        history="member" if mine else "company",
        history_n=history.n,
        arrivals=come is not None,
    )


def remains(days: Period, as_of: date) -> bool:
    """Whether the period has begun and is not over, so that there is something to forecast."""
    return days.first <= as_of < days.last


def in_flight(cases: Triangle, as_of: int) -> Counter[tuple[str, int]]:
    """The open cases by their age at the end of day `as_of`."""
    return Counter(
        {(ALL, row.age): row.censored for row in life_table(cases, as_of).rows if row.censored}
    )


def applying(days: Days) -> Triangle:
    """Applications, and what became of them at which age."""
    return triangle(days, "application", "applications")


def joining(days: Days) -> Triangle:
    """Acceptances, or hires where no offers are told, and at which age who accepted has joined (here `hired`, for the forecast).

    `start_days` are counted on the day of joining. Who reneges stays open, and so lowers the chance of those of his age.
    """
    accepted = any(tally.get("offers_accepted", 0) > 0 for tally in days.decided.values())
    agreed = "offers_accepted" if accepted else "hired"
    began = {day: n for day, tally in days.decided.items() if (n := tally.get(agreed, 0))}
    joined: Counter[tuple[int, str, int]] = Counter()
    for day, tally in days.decided.items():
        for age, n in histogram(tally, ("start_days.*",)).items():
            joined[day - age, HIRED, age] += n
    return Triangle(began, joined)


def _arrivals(cases: Triangle, as_of: int) -> Arrivals | None:
    """The mean of the last days, or of all there are."""
    days = [day for day, n in cases.entered.items() if n > 0 and day <= as_of]
    if not days:
        return None
    over = min(RECENT_DAYS, as_of - min(days) + 1)
    recent = sum(max(cases.entered[day], 0) for day in days if day > as_of - over)
    return Arrivals(recent / over, over)
