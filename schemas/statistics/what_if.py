"""What-if estimate: additional hires if a stage reached its goal pass rate."""

from collections.abc import Mapping, Sequence


def gains(
    hires: float, rates: Mapping[str, float | None], goals: Mapping[str, Sequence[float | None]]
) -> dict[str, float | None]:
    """Return the additional hires by stage: H·(p*/p − 1), p* the lowest known goal (own best quartile, target, benchmark).

    Each stage is considered on its own, all else equal (reference §5.2). 0 if the goal is met; None if the rate is unknown
    or 0, or no goal is known.
    """
    return {stage: _gain(hires, rate, goals.get(stage, ())) for stage, rate in rates.items()}


def _gain(hires: float, rate: float | None, goals: Sequence[float | None]) -> float | None:
    """Return the additional hires of one stage."""
    known_goals = [goal for goal in goals if goal is not None]
    if not rate or not known_goals:
        return None
    return max(0.0, hires * (min(known_goals) / rate - 1))
