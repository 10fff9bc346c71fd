"""Garbage collector tuning: do not repeatedly traverse rows that live as long as the process."""

import gc

GEN0_THRESHOLD = (
    200_000  # allocations before a collection of generation 0: about what one flush leaves behind
)
BACKLOG_EVENTS = 2_000  # events in one flush that mean the worker lags
FULL_COLLECTION_S = 600.0  # how long cycles may survive among the frozen rows


class GcTuner:
    """A worker's rows contain no cycles, so traversing them costs a sixth of its time and frees nothing.

    While the worker lags, objects left by a flush are frozen: reference counting still frees them, but the collector
    skips them. A periodic full collection frees cycles that libraries do leave.
    """

    def __init__(self, now: float) -> None:
        """`now` is in seconds of a monotonic clock, as in `after_flush`."""
        gc.set_threshold(GEN0_THRESHOLD, 20, 100_000)
        self._frozen = False
        self._last_collection = now

    def after_flush(self, events: int, now: float) -> None:
        """Tune the collector after a flush of `events` events."""
        if self._frozen and now - self._last_collection > FULL_COLLECTION_S:
            gc.unfreeze()
            gc.collect()
            self._last_collection, self._frozen = now, False
        if events >= BACKLOG_EVENTS:
            gc.freeze()
            self._frozen = True
