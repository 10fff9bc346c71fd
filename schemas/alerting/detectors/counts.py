"""Counts: judges each day of one member's count against a target, under the rule's budget of false alarms; pure.

The cases of a day follow a negative binomial distribution around its share of the target, over-dispersed as the member's own past
is, and the share follows the member's own week and its holidays. Each alternative is worse than the target by a factor. A mean that
meets the target makes every ratio smaller still, so the budget holds for it too.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import log, log1p

from scipy import special

from schemas.alerting.detectors.budget import MemberCounts, share_of_day
from schemas.alerting.detectors.shiryaev_roberts import ALARM, MAX_EXPONENT, DriftEvidence
from schemas.alerting.episodes import Judgement, Judging
from schemas.alerting.windows import Window, sliding_windows
from schemas.cells import Tally
from schemas.kpis.definition import Kpi, total
from schemas.planning.periods import local_date
from schemas.planning.targets import Direction
from schemas.tenants.business_hours import IsHoliday

FACTORS = (1.25, 1.5, 2.0, 3.0, 10.0)  # how much worse than the target; the last finds silence
MEMORY = 0.985  # of a day in the shape of the week: half of it is forgotten in 46 days
PRIOR_DAYS = 1.0  # by which a weekday is drawn to the mean of all days
PRIOR_DISPERSION, PRIOR_CASES = (
    1.5,
    20.0,
)  # the dispersion of a member without a past, and its weight in cases
DISPERSION_MARGIN = 1.1  # the estimate is rounded up: too small a dispersion costs false alarms
MAX_SQUARE = 25.0  # of a day's squared deviation over its mean: a single outburst is no dispersion
HOLIDAY = 7  # the bin after Sunday's


@dataclass(frozen=True, kw_only=True)
class CountLimit:
    """A count must meet its target per window; it recovers when P(worse than the target | window) is `clear` or less."""

    kpi: Kpi
    target: float
    direction: Direction
    window_days: int
    clear: float
    false_alarms_a_year: float

    @property
    def lag(self) -> int:
        """The days after which a day is weighed: that few cases arrived is certain only once the day is over."""
        return 1 if self.direction == "at_least" else 0

    @property
    def a_day(self) -> float:
        """The cases that meet the target on a mean day."""
        return self.target / self.window_days

    def worse_probability(self, cases: int, mean: float, dispersion: float) -> float:
        """P(the mean is worse than `mean` | cases), with a gamma posterior as wide as the dispersion makes it."""
        if mean <= 0:
            return float(self.direction == "at_most" and cases > 0)
        below = special.gammainc((max(cases, 0) + 0.5) / dispersion, mean / dispersion)
        return float(below if self.direction == "at_least" else 1 - below)

    def beyond(self, cases: int) -> bool:
        """Whether the count itself misses the target, which an alarm states."""
        return cases < self.target if self.direction == "at_least" else cases > self.target


@dataclass(kw_only=True)
class DayShapes:
    """What a member's past says about its days: the share of each weekday and of holidays, and the dispersion."""

    is_holiday: IsHoliday
    cases: list[float] = field(default_factory=lambda: [0.0] * (HOLIDAY + 1))
    days: list[float] = field(default_factory=lambda: [0.0] * (HOLIDAY + 1))
    squares: float = PRIOR_DISPERSION * PRIOR_CASES
    expected: float = PRIOR_CASES

    @property
    def dispersion(self) -> float:
        """The variance of a day's cases over their mean, rounded up."""
        return max(1.0, DISPERSION_MARGIN * self.squares / self.expected)

    def _bin(self, day: int) -> int:
        at = local_date(day)
        return HOLIDAY if self.is_holiday(at) else at.weekday()

    def _levels(self) -> list[float]:
        """The mean cases by bin; holidays without a past are like Sundays."""
        overall = sum(self.cases) / max(sum(self.days), 1e-9)
        levels = [
            (x + PRIOR_DAYS * overall) / (n + PRIOR_DAYS)
            for x, n in zip(self.cases[:HOLIDAY], self.days[:HOLIDAY], strict=True)
        ]
        off = (self.cases[HOLIDAY] + PRIOR_DAYS * levels[-1]) / (self.days[HOLIDAY] + PRIOR_DAYS)
        return [*levels, off]

    def share(self, day: int) -> float:
        """The expected cases of the day relative to a mean day of a week without holidays."""
        levels = self._levels()
        mean = sum(levels[:HOLIDAY]) / HOLIDAY
        return levels[self._bin(day)] / mean if mean > 0 else 1.0

    def learn(self, day: int, cases: int) -> None:
        """Add a day, whose share was asked before."""
        at, levels = self._bin(day), self._levels()
        mean = levels[at]
        self.squares += min((cases - mean) ** 2, MAX_SQUARE * mean)
        self.expected += mean
        self.cases = [MEMORY * x for x in self.cases]
        self.days = [MEMORY * n for n in self.days]
        self.cases[at] += cases
        self.days[at] += 1


def weigh_counts(
    limit: CountLimit,
    days: Mapping[int, Tally],
    members: MemberCounts,
    as_of: int,
    is_holiday: IsHoliday,
) -> Judging:
    """Every day from the first cell to `as_of`; the evidence of all days opens an episode, the window closes it.

    The value is the count of the window. Few cases are judged once the window is whole and its days are over.
    """
    course, was_open = _Course(limit=limit, shapes=DayShapes(is_holiday=is_holiday)), False
    first = min(days, default=0)
    for window in sliding_windows(days, limit.window_days, as_of):
        sharing, weighed = members.on(window.day), window.day - limit.lag
        if weighed >= first:
            silent = limit.direction == "at_most" and not window.sums
            spent = 0.0 if silent else share_of_day(limit.false_alarms_a_year, sharing)
            course.add(weighed, max(total(days.get(weighed, {}), limit.kpi.numerator), 0), spent)
        judgement = _judge_window(course, window, was_open=was_open)
        since = max(course.evidence.since, first)
        is_open = yield window.day, replace(judgement, since=since, members=sharing)
        if was_open and not is_open:
            course.evidence.reset()
        was_open = is_open


@dataclass(kw_only=True)
class _Course:
    """What the days of a member have shown so far, and the means that the window's days were expected to have."""

    limit: CountLimit
    shapes: DayShapes
    evidence: DriftEvidence = field(
        default_factory=lambda: DriftEvidence(alternatives=len(FACTORS))
    )
    means: deque[float] = field(init=False)

    def __post_init__(self) -> None:
        self.means = deque(maxlen=max(self.limit.window_days - self.limit.lag, 1))

    def add(self, day: int, cases: int, spent: float) -> None:
        """Weigh a day against what the days before it let expect, then learn from it."""
        mean = self.limit.a_day * self.shapes.share(day)
        ratios = count_log_ratios(cases, mean, self.shapes.dispersion, self.limit.direction)
        self.evidence.add(day, spent, ratios)
        self.shapes.learn(day, cases)
        self.means.append(mean)


def _judge_window(course: _Course, window: Window, *, was_open: bool) -> Judgement:
    limit, cases = course.limit, max(total(window.sums, course.limit.kpi.numerator), 0)
    probability = limit.worse_probability(cases, sum(course.means), course.shapes.dispersion)
    alarm = probability > (1 + limit.clear) / 2 if was_open else course.evidence.value >= ALARM
    conclusive = (window.whole or limit.lag == 0) and limit.beyond(cases)
    keeps_open = probability > limit.clear
    return Judgement(
        value=float(cases),
        n=cases,
        off_target=alarm and keeps_open and conclusive,
        keeps_open=keeps_open,
    )


def count_log_ratios(
    cases: int, mean: float, dispersion: float, direction: Direction
) -> list[float]:
    """The log likelihood ratio of a day's cases under each alternative, against exactly the mean that meets the target."""
    if mean <= 0:
        alarm = MAX_EXPONENT if direction == "at_most" and cases > 0 else 0.0
        return [alarm] * len(FACTORS)
    return [
        _log_ratio(
            cases, mean, mean / factor if direction == "at_least" else mean * factor, dispersion
        )
        for factor in FACTORS
    ]


def _log_ratio(cases: int, mean: float, other: float, dispersion: float) -> float:
    """Negative binomial with one size for both means, whose variance is `dispersion` times the first; Poisson without."""
    if dispersion <= 1 + 1e-9:
        return cases * log(other / mean) + mean - other
    size = mean / (dispersion - 1)
    shift = log1p((mean - other) / (other + size))
    return cases * (log(other / mean) + shift) + size * shift


def window_e_value(
    limit: CountLimit,
    days: Mapping[int, Tally],
    first: int,
    last: int,
    is_holiday: IsHoliday,
) -> float | None:
    """The evidence of these days alone, whose mean is at most 1 while the target is met; None before there is a past.

    Of few cases, the last day is left out, because it is not over.
    """
    if not days or min(days) > first:
        return None
    course = _Course(limit=limit, shapes=DayShapes(is_holiday=is_holiday))
    for day in range(min(days), last + 1 - limit.lag):
        cases = max(total(days.get(day, {}), limit.kpi.numerator), 0)
        course.add(day, cases, float(day == first))
        if day < first:
            course.evidence.reset()
    return course.evidence.value
