"""Competing risks: the cumulative incidence of each outcome by age, with in-flight cases censored.

Aalen–Johansen: `F_k(t) = Σ_{t_i ≤ t} S(t_i−)·d_ik/n_i`, `S(t) = Π_{t_i ≤ t} (1 − Σ_k d_ik/n_i)`; at equal ages events
precede censorings (Aalen, Johansen 1978; reference §2.2).
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.statistics.triangle import LifeTable, Triangle, life_table


@dataclass(frozen=True)
class IncidenceStep:
    """The state after the events at `age`: `survival` is the unresolved share, `incidence` is by outcome; they sum to 1."""

    age: int
    at_risk: int
    events: Mapping[str, int]
    survival: float
    incidence: Mapping[str, float]


@dataclass(frozen=True)
class Estimate:
    """One outcome by the horizon. `value` is F; the naive bounds assume that no open case, or every one, has this outcome.

    `naive_lower` ≤ `value` ≤ `naive_upper`. `completed_only` is the share among resolved cases, which favours fast
    outcomes; None if no case is resolved.
    """

    value: float
    naive_lower: float
    naive_upper: float
    completed_only: float | None


@dataclass(frozen=True, kw_only=True)
class Incidence:
    """All outcomes of `n` cases. `survival` and the estimates are at the horizon; `steps` cover all ages.

    `in_flight` cases are unresolved today; `undecided` of them are younger than the horizon, so may still resolve by it.
    `follow_up` is the oldest observed age; beyond it F is not estimated and keeps its last value.
    """

    steps: tuple[IncidenceStep, ...]
    survival: float
    estimates: Mapping[str, Estimate]
    n: int
    in_flight: int
    undecided: int
    follow_up: int
    corrected: int

    @property
    def maturity(self) -> float:
        """1 − S: the share of the cohort whose outcome by the horizon is known."""
        return 1 - self.survival

    def estimate(self, outcome: str) -> Estimate:
        """Return the estimate of an outcome; for one that never occurred, zero with its bounds."""
        resolved = self.n > self.in_flight
        never = Estimate(0.0, 0.0, self.undecided / self.n, 0.0 if resolved else None)
        return self.estimates.get(outcome, never)

    def at(self, age: int) -> IncidenceStep:
        """Return the last step at or before this age."""
        position = bisect_right(self.steps, age, key=lambda step: step.age)
        return self.steps[position - 1] if position else IncidenceStep(-1, self.n, {}, 1.0, {})


def aalen_johansen(triangle: Triangle, as_of: int, horizon: int | None = None) -> Incidence | None:
    """Estimate the incidence by age `horizon` (None: the oldest observed age), as known on day `as_of`.

    None if no case entered. Never raises; `schemas.statistics.triangle.life_table` corrects impossible data.
    """
    table = life_table(triangle, as_of)
    if not table.n:
        return None
    last = table.rows[-1].age
    steps = _steps(table)
    estimates, undecided = _estimates(table, steps, last + 1 if horizon is None else horizon)
    seen = [step for step in steps if horizon is None or step.age <= horizon]
    return Incidence(
        steps=steps,
        survival=seen[-1].survival if seen else 1.0,
        estimates=estimates,
        n=table.n,
        in_flight=table.in_flight,
        undecided=undecided,
        follow_up=last,
        corrected=table.corrected,
    )


def _steps(table: LifeTable) -> tuple[IncidenceStep, ...]:
    """Build the steps in one pass over the ages; only ages with events produce a step."""
    steps = []
    survival, incidence = 1.0, dict.fromkeys(_outcomes(table), 0.0)
    for row in table.rows:
        if not row.events:
            continue
        for outcome, n in row.events.items():
            incidence[outcome] += survival * n / row.at_risk
        survival *= (row.at_risk - sum(row.events.values())) / row.at_risk
        steps.append(IncidenceStep(row.age, row.at_risk, row.events, survival, dict(incidence)))
    return tuple(steps)


def _estimates(
    table: LifeTable, steps: tuple[IncidenceStep, ...], horizon: int
) -> tuple[dict[str, Estimate], int]:
    """Estimate every outcome by the horizon; a case censored exactly at the horizon was observed up to it."""
    undecided = sum(row.censored for row in table.rows if row.age < horizon)
    seen = [step for step in steps if step.age <= horizon]
    counts = {name: sum(step.events.get(name, 0) for step in seen) for name in _outcomes(table)}
    resolved = sum(counts.values())
    return {
        name: Estimate(
            value=seen[-1].incidence[name] if seen else 0.0,
            naive_lower=n / table.n,
            naive_upper=(n + undecided) / table.n,
            completed_only=n / resolved if resolved else None,
        )
        for name, n in counts.items()
    }, undecided


def _outcomes(table: LifeTable) -> list[str]:
    """Return all outcome names, sorted."""
    return sorted({name for row in table.rows for name in row.events})
