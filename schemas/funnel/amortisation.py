"""An amount of money spread evenly over days, exact to the minor unit."""

from dataclasses import dataclass

from schemas.errors import Malformed


@dataclass(frozen=True)
class Spread:
    """`amount` minor units (yen, cents; below 0 for a refund) over local days `first` to `last`, both included.

    Raises Malformed if `last` is before `first`: the amount would fall on no day.
    """

    amount: int
    first: int
    last: int

    def __post_init__(self) -> None:
        """Reject a period without days."""
        if self.last < self.first:
            raise Malformed("bad_period", f"days {self.first} to {self.last}")


def amount_between(spread: Spread, first: int, last: int) -> int:
    """The minor units that fall on days `first` to `last`, both included; 0 for a window without days.

    Day i of n gets ⌊A·(i+1)/n⌋ − ⌊A·i/n⌋: adjacent windows add up, and all days sum to the amount exactly.
    """
    since = max(first, spread.first)
    until = min(last, spread.last) + 1
    return _amount_before(spread, until) - _amount_before(spread, since) if since < until else 0


def daily_amounts(spread: Spread) -> dict[int, int]:
    """The minor units of every day."""
    return {day: amount_between(spread, day, day) for day in range(spread.first, spread.last + 1)}


def _amount_before(spread: Spread, day: int) -> int:
    """The minor units on the days before this one."""
    return spread.amount * (day - spread.first) // (spread.last - spread.first + 1)
