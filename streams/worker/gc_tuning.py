"""Python's collector of cycles, kept from looking again and again at rows that live as long as the process."""

import gc

YOUNG = 200_000  # objects made and not yet freed before it looks at them: about what one flush leaves behind
BUSY = 2_000  # events in a flush that mean a backlog
SWEEP_S = 600.0  # how long cycles may hide among the frozen rows


class Garbage:
    """Rows of a worker hold no cycles, so looking at them costs a sixth of its time and finds nothing.

    During a backlog what a flush leaves behind is frozen: it is freed when nobody holds it, but no longer looked at. Now
    and then all is looked at, because libraries do leave cycles.
    """

    def __init__(self, now: float) -> None:
        """`now` is in seconds of a monotonic clock, as in `flushed`."""
        gc.set_threshold(YOUNG, 20, 100_000)
        self._frozen = False
        self._swept = now

    def flushed(self, events: int, now: float) -> None:
        """A flush of so many events has ended."""
        if self._frozen and now - self._swept > SWEEP_S:
            gc.unfreeze()
            gc.collect()
            self._swept, self._frozen = now, False
        if events >= BUSY:
            gc.freeze()
            self._frozen = True
