"""Amounts over time: a contract of a year is a cost of each of its days."""

from collections.abc import Iterator


def daily(amount: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    """(day, part) for each local day from `first` to `last`, both included; parts are whole minor units and sum exactly."""
    days = last - first + 1
    for number in range(days):
        yield first + number, amount * (number + 1) // days - amount * number // days
