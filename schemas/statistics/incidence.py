"""Competing risks: how probable each outcome is by an age, with those in flight counted for what they tell.

Aalen–Johansen: `F_k(t) = Σ_{t_i ≤ t} S(t_i−)·d_ik/n_i`, `S(t) = Π_{t_i ≤ t} (1 − Σ_k d_ik/n_i)`; at equal ages events
precede censorings (Aalen, Johansen 1978; reference §2.2).
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.statistics.triangle import LifeTable, Triangle, life_table


@dataclass(frozen=True)
class IncidenceStep:
    """The state after the events of `age`: `survival` is unresolved, `incidence` by outcome; together 1."""

    age: int
    at_risk: int
    events: Mapping[str, int]
    survival: float
    incidence: Mapping[str, float]


@dataclass(frozen=True)
class Estimate:
    """One outcome by the horizon. `value` is F; the naive bounds count the open cases as not and as this outcome.

    `naive_lower` ≤ `value` ≤ `naive_upper`. `completed_only` is among the resolved, which favours fast outcomes; None
    if none is.
    """

    value: float
    naive_lower: float
    naive_upper: float
    completed_only: float | None


@dataclass(frozen=True, kw_only=True)
class Incidence:
    """All outcomes of `n` cases. `survival` and the estimates are at the horizon, `steps` run over all ages.

    `in_flight` are unresolved today; `undecided` of them are younger than the horizon, so may yet resolve by it.
    `follow_up` is the oldest age seen: what lies beyond it is not estimated, F stays as it was there.
    """

    steps: tuple[IncidenceStep, ...]
    survival: float
    estimates: Mapping[str, Estimate]
    n: int
    in_flight: int
    undecided: int
    follow_up: int
    mended: int

    @property
    def maturity(self) -> float:
        """1 − S: the part of the cohort whose fate by the horizon is settled."""
        return 1 - self.survival

    def of(self, outcome: str) -> Estimate:
        """The estimate; of an outcome that never happened, zero with its bounds."""
        resolved = self.n > self.in_flight
        never = Estimate(0.0, 0.0, self.undecided / self.n, 0.0 if resolved else None)
        return self.estimates.get(outcome, never)

    def at(self, age: int) -> IncidenceStep:
        """The last step at or before this age."""
        position = bisect_right(self.steps, age, key=lambda step: step.age)
        return self.steps[position - 1] if position else IncidenceStep(-1, self.n, {}, 1.0, {})


def aalen_johansen(triangle: Triangle, as_of: int, horizon: int | None = None) -> Incidence | None:
    """The incidence by age `horizon` (None: by the oldest age seen), as known on day `as_of`; None if nobody entered.

    `schemas.statistics.triangle.life_table` says what becomes of impossible data; nothing here raises.
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
        mended=table.mended,
    )


def _steps(table: LifeTable) -> tuple[IncidenceStep, ...]:
    """Walk the ages once; only those with events make a step."""
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
    """Every outcome by the horizon; who was censored at the horizon's very age was seen all the way."""
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
    """All names, in a fixed order."""
    return sorted({name for row in table.rows for name in row.events})
