"""Credit of an application's touches (チャネル貢献): integer micro-units that sum to one exactly."""

from collections.abc import Sequence

ONE = 1_000_000
MODELS = ("first", "last", "linear", "position")
UNKNOWN = "unknown"


def shares(touches: Sequence[str], model: str) -> dict[str, int]:
    """The credit of each channel; touches in order, the same channel may come again; no touch is `unknown`.

    `position` gives 40 % to the first, 40 % to the last and 20 % to those between (two: half each).
    """
    if not touches:
        return {UNKNOWN: ONE}
    if model in {"first", "last"}:
        return {touches[0 if model == "first" else -1]: ONE}
    weights = [1] * len(touches)
    if model == "position" and len(touches) > 2:
        weights = [2 * (len(touches) - 2), *[1] * (len(touches) - 2), 2 * (len(touches) - 2)]
    found: dict[str, int] = {}
    given, total = 0, sum(weights)
    so_far = 0
    for touch, weight in zip(touches, weights, strict=True):
        so_far += weight
        part = ONE * so_far // total - given
        given += part
        found[touch] = found.get(touch, 0) + part
    return found
