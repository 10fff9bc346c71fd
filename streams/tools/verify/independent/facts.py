"""Facts: what happened in an attempt, each with its measure, its day, its recruiter and the people of it."""

from enum import Enum
from typing import NamedTuple

from streams.tools.verify.independent.told import Moment


class CountsIn(Enum):
    """In which cells a fact counts."""

    FACT = "on its day and on the day of application"
    TIME = "on its day alone, because a time spent belongs to no cohort"
    DURATION = "on the day it began"
    CREDIT = "in its channel alone"
    QUALITY = "in the total alone"


class CountedFact(NamedTuple):
    """A measure that counts `n` on a local day; `at` says whose recruiter, `people` are interviewers (a channel for CREDIT)."""

    measure: str
    day: int
    at: Moment
    people: tuple[str, ...] = ()
    n: int = 1
    kind: CountsIn = CountsIn.FACT
