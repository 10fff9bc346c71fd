"""What more hires a stage would give if it passed as many as it has shown it can."""

from collections.abc import Mapping, Sequence


def gains(
    hires: float, rates: Mapping[str, float | None], goals: Mapping[str, Sequence[float | None]]
) -> dict[str, float | None]:
    """More hires by stage: H·(p*/p − 1), p* the least of the goals known (own best quartile, target, benchmark).

    Stages are looked at one by one, all else equal (reference §5.2). 0 where the goal is met, None where the rate is
    unknown or 0 or no goal is known.
    """
    return {stage: _gain(hires, rate, goals.get(stage, ())) for stage, rate in rates.items()}


def _gain(hires: float, rate: float | None, goals: Sequence[float | None]) -> float | None:
    """One stage."""
    known = [goal for goal in goals if goal is not None]
    if not rate or not known:
        return None
    return max(0.0, hires * (min(known) / rate - 1))
