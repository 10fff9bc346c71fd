"""Freezing rows must not let reference cycles pile up forever."""

import gc
import weakref

from streams.worker.gc_tuning import BACKLOG_EVENTS, FULL_COLLECTION_S, GcTuner


class SelfReference:
    """An object that references itself."""

    def __init__(self) -> None:
        """Create the cycle."""
        self.me = self


def test_a_frozen_cycle_is_freed_by_the_next_full_collection() -> None:
    """A frozen cycle survives flushes while the worker lags, but not the full collection ten minutes later."""
    tuner = GcTuner(0.0)
    cycle = SelfReference()
    reference = weakref.ref(cycle)
    del cycle
    tuner.after_flush(BACKLOG_EVENTS, 1.0)
    gc.collect()
    assert reference() is not None
    tuner.after_flush(1, FULL_COLLECTION_S + 2)

    assert reference() is None
    gc.unfreeze()
