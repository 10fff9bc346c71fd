"""An amount of money spread evenly over days, to the last minor unit."""

from dataclasses import dataclass

from schemas.errors import Malformed


@dataclass(frozen=True)
class Spread:
    """`amount` minor units (yen, cents; below 0 for a refund) over local days `first` to `last`, both included.

    Raises Malformed where `last` is before `first`: that money would fall on no day.
    """

    amount: int
    first: int
    last: int

    def __post_init__(self) -> None:
        """Refuse a period without days."""
        if self.last < self.first:
            raise Malformed("bad_period", f"days {self.first} to {self.last}")


def part(spread: Spread, first: int, last: int) -> int:
    """The minor units that fall on days `first` to `last`, both included; 0 for a window without days.

    Day i of n gets ⌊A·(i+1)/n⌋ − ⌊A·i/n⌋: parts of windows that adjoin add up, and all days give the amount exactly.
    """
    since = max(first, spread.first)
    until = min(last, spread.last) + 1
    return _before(spread, until) - _before(spread, since) if since < until else 0


def daily(spread: Spread) -> dict[int, int]:
    """The minor units of every day."""
    return {day: part(spread, day, day) for day in range(spread.first, spread.last + 1)}


def _before(spread: Spread, day: int) -> int:
    """What falls on the days before this one."""
    return spread.amount * (day - spread.first) // (spread.last - spread.first + 1)
