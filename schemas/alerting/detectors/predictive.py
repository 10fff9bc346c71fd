"""Changed: predictive Shiryaev–Roberts evidence that a member's log odds moved, whatever its own level was.

The offset u of a member from what is expected of its cases has the prior N(0, τ²) on a grid. Per day with likelihood f(u) of its
decisions: `V± ← (V± + ε·w∘shift±)·f/q` with q = Σ w·f, then `w ← w·f/q`. ε is the day's share of the budget less a margin, the shifts are odds
ratios of 2 and 3, and (ΣV⁺ + ΣV⁻)/2 ≥ 1 is an alarm. Averaged over members whose offsets follow the prior, false alarms number at
most Σ ε. Nothing is forgotten; after an alarm the offset is that of a changed member.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]

SPAN, POINTS = 2.6, 41
OFFSETS: Grid = np.linspace(-SPAN, SPAN, POINTS)
SHIFTS = (2.0, 3.0)  # odds ratios of the change that is looked for, both ways
ALPHA_STEP = 0.02  # expected log odds are rounded to it, so that their tables are reused
UP, DOWN = 1, -1
# Of the budget; the rest pays for what is estimated, the spread of the members and the odds that the others let expect.
SPENT_SHARE = 0.98


def _shift_matrix(direction: int) -> Grid:
    """The matrix that moves weights by each of `SHIFTS`, linearly interpolated, and averages."""
    step = OFFSETS[1] - OFFSETS[0]
    matrix = np.zeros((POINTS, POINTS))
    for ratio in SHIFTS:
        for start in range(POINTS):
            position = min(max(start + direction * np.log(ratio) / step, 0.0), POINTS - 1.0)
            low = int(position)
            matrix[low, start] += (1 - (position - low)) / len(SHIFTS)
            if position > low:
                matrix[low + 1, start] += (position - low) / len(SHIFTS)
    return matrix


MOVES = {direction: _shift_matrix(direction) for direction in (UP, DOWN)}


@lru_cache(maxsize=2_000)
def log_likelihoods(alpha: float) -> tuple[Grid, Grid]:
    """The log probabilities of a case that counts and of one that does not, by offset."""
    odds = alpha + OFFSETS
    return -np.log1p(np.exp(-odds)), -np.log1p(np.exp(odds))


def round_alpha(alpha: float) -> float:
    """Expected log odds as they are tabulated."""
    return round(round(alpha / ALPHA_STEP) * ALPHA_STEP, 2)


def prior(spread: float) -> Grid:
    """N(0, spread²) on the grid."""
    weights: Grid = np.exp(-0.5 * (OFFSETS / spread) ** 2)
    normalised: Grid = weights / weights.sum()
    return normalised


Evidence = dict[int, Grid]  # by direction; the last axis is the offset, any before it are members


def moved_weights(weights: Grid) -> Evidence:
    """The weights of the offset after a change in each direction."""
    return {direction: weights @ move.T for direction, move in MOVES.items()}


def spend(changed: Evidence, moved: Evidence, spent: float) -> None:
    """Spend a share of the budget: a change may have happened just now."""
    for direction, weights in moved.items():
        changed[direction] += SPENT_SHARE * spent * weights


def condition(evidence: Grid, weights: Grid, likelihood: Grid) -> Grid:
    """The evidence after cases of that likelihood, relative to what the weights predicted."""
    ratio: Grid = likelihood / (weights * likelihood).sum(axis=-1, keepdims=True)
    return evidence * ratio


def evidence_value(changed: Evidence) -> Grid:
    """The evidence of a change by member; 1 or more is an alarm."""
    total: Grid = np.sum([weights.sum(axis=-1) for weights in changed.values()], axis=0) / 2
    return total


@dataclass(frozen=True)
class ClassDay:
    """One day's cases of one class: its expected log odds, the cases that count, and all."""

    alpha: float
    count: int
    n: int


@dataclass(kw_only=True)
class Course:
    """Page's sum in one direction: where it began, and the offsets and cases since."""

    score: float = 0.0
    pinned: bool = False
    start: int = 0
    before: Grid = field(default_factory=lambda: prior(1.0))
    count: int = 0
    n: int = 0
    expected: float = 0.0


@dataclass(kw_only=True)
class OffsetEvidence:
    """The evidence of one member; `weights` is the posterior of its offset if nothing changed."""

    spread: float
    weights: Grid = field(init=False)
    changed: dict[int, Grid] = field(init=False)
    courses: dict[int, Course] = field(init=False)

    def __post_init__(self) -> None:
        """Start from the prior without evidence of a change."""
        self.weights = prior(self.spread)
        self.changed = {direction: np.zeros(POINTS) for direction in MOVES}
        self.courses = {direction: Course() for direction in MOVES}

    def accept(self) -> None:
        """Take the change as given, as an alarm requires: the offset is what it is after a change, and evidence starts anew."""
        after = np.sum([*self.changed.values()], axis=0)
        if after.any():
            self.weights = after / after.sum()
        self.changed = {direction: np.zeros(POINTS) for direction in MOVES}

    @property
    def value(self) -> float:
        """The evidence of a change; 1 or more is an alarm."""
        return float(evidence_value(self.changed))

    @property
    def direction(self) -> int:
        """The more likely direction of the change."""
        return max(MOVES, key=lambda direction: float(self.changed[direction].sum()))

    def hold(self, direction: int) -> Course:
        """Keep the course of a direction from beginning anew, as long as its change is reported."""
        course = self.courses[direction]
        course.pinned = True
        return course

    def release(self) -> None:
        """Let the courses begin anew."""
        self.courses = {direction: Course() for direction in MOVES}

    def add(self, day: int, spent: float, classes: list[ClassDay]) -> None:
        """Spend a share of the budget on a day, and add its cases."""
        moved = moved_weights(self.weights)
        spend(self.changed, moved, spent)
        if not classes:
            return
        logs = np.sum([_log_likelihood(cases) for cases in classes], axis=0)
        likelihood = np.exp(logs - logs.max())
        mean = float(self.weights @ likelihood)
        for direction, weights in moved.items():
            ratio = float(weights @ likelihood) / mean
            self._follow(self.courses[direction], day, float(np.log(ratio)), classes)
            self.changed[direction] = condition(self.changed[direction], self.weights, likelihood)
        self.weights = condition(self.weights, self.weights, likelihood)

    def _follow(self, course: Course, day: int, gain: float, classes: list[ClassDay]) -> None:
        if course.score <= 0 and not course.pinned:
            course.score, course.start, course.before = 0.0, day, self.weights
            course.count = course.n = 0
            course.expected = 0.0
        course.score += gain
        for cases in classes:
            course.count += cases.count
            course.n += cases.n
            hit, _ = log_likelihoods(cases.alpha)
            course.expected += cases.n * float(course.before @ np.exp(hit))


def _log_likelihood(cases: ClassDay) -> Grid:
    hit, miss = log_likelihoods(cases.alpha)
    return cases.count * hit + (cases.n - cases.count) * miss
