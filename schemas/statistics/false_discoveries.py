"""Which of many series to list, so that a bounded share of the list is false, whatever their dependence."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def discoveries(e_values: Mapping[Key, float], rate: float) -> list[Key]:
    """The series to list, largest e-value first: on average at most `rate` of a list is false (e-BH; Wang & Ramdas 2022).

    An e-value has a mean of at most 1 while nothing is wrong. The list is the longest k with e₍ₖ₎ ≥ K/(k·rate) of all K series.
    """
    ordered = sorted(e_values, key=lambda key: -e_values[key])
    lengths = (
        k
        for k in range(len(ordered), 0, -1)
        if e_values[ordered[k - 1]] >= len(ordered) / (k * rate)
    )
    return ordered[: next(lengths, 0)]
