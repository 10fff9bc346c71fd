"""Attribution of one application to the channels that touched it, in integer micro-units.

The credits of an application sum to exactly `WHOLE`, so the channels' sums equal the number of applications and the
cost attributed by them equals the cost (reference §2.5).
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from schemas.cells import UNKNOWN

FULL_CREDIT = 1_000_000
AttributionModel = Literal["first", "last", "linear", "position"]


def credit(touches: Sequence[str], model: AttributionModel) -> dict[str, int]:
    """Micro-units by channel, in order of first touch. `touches` are in time order; none or an empty one is `unknown`.

    `position` gives the first 40 %, the last 40 % and those between 20 %; two touches get 50 % each.
    """
    names = [touch or UNKNOWN for touch in touches] or [UNKNOWN]
    weights: dict[str, int] = {}
    for name, weight in zip(names, WEIGHTS[model](len(names)), strict=True):
        weights[name] = weights.get(name, 0) + weight
    shares = apportion(FULL_CREDIT, list(weights.values()))
    return {name: share for name, share in zip(weights, shares, strict=True) if share}


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Integers proportional to the weights that sum to `total` exactly: largest remainder, ties by order.

    The weights must be at least 0, and one of them above 0.
    """
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def _position_weights(n: int) -> list[int]:
    """40/20/40 in integers: the middle touches share one of five parts."""
    if n < 3:
        return [1] * n
    middle = n - 2
    return [2 * middle, *[1] * middle, 2 * middle]


# Integer weights of n ≥ 1 touches.
WEIGHTS: Mapping[AttributionModel, Callable[[int], list[int]]] = MappingProxyType(
    {
        "first": lambda n: [1, *[0] * (n - 1)],
        "last": lambda n: [*[0] * (n - 1), 1],
        "linear": lambda n: [1] * n,
        "position": _position_weights,
    }
)
