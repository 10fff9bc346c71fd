"""Work in steps: no turn of the event loop takes long, however many applications one event reaches.

A step is a piece of work that cannot be divided: one application folded, one row encoded. Whoever does the steps decides
after how much work the event loop gets its turn.
"""

import asyncio
import time
from collections.abc import Generator
from typing import TypeVar

from prometheus_client import Histogram

Result = TypeVar("Result")

# Yields the work of each step done, in estimated microseconds of a busy core: an estimate makes a turn the same everywhere.
Steps = Generator[int, None, Result]

MAX_TURN = 20_000  # work of one turn
EVENT = 40  # decode one event and apply it to its application
FOLDED_EVENT = 30  # one event of a history that is counted anew
LOOK_S = 0.02  # how often the event loop is looked at; a busy one shows at least this much CPU
ROW = 10  # encode or store one row
INDEX_KEY = 3  # look up one application of a candidate or job


def run(steps: Steps[Result]) -> Result:
    """Do all steps at once; return their result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


async def in_turns(steps: Steps[Result]) -> Result:
    """Do all steps, and let the event loop go on after every `MAX_TURN` of work; return their result."""
    work = 0
    while True:
        try:
            work += next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        if work >= MAX_TURN:
            work = 0
            await asyncio.sleep(0)


async def measure(seconds: Histogram) -> None:
    """Observe forever the CPU seconds between two looks at the event loop of this thread: at most its longest round."""
    while True:
        before = time.thread_time()
        await asyncio.sleep(LOOK_S)
        seconds.observe(time.thread_time() - before)
