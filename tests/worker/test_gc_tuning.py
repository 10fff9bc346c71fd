"""Freezing rows must not let cycles pile up for ever."""

import gc
import weakref

from streams.worker.gc_tuning import BUSY, SWEEP_S, Garbage


class Knot:
    """Something that holds itself."""

    def __init__(self) -> None:
        """Tie it."""
        self.me = self


def test_a_cycle_frozen_with_the_rows_is_found_by_the_next_sweep() -> None:
    """It survives flushes of a backlog, and not the sweep ten minutes later."""
    garbage = Garbage(0.0)
    knot = Knot()
    held = weakref.ref(knot)
    del knot
    garbage.flushed(BUSY, 1.0)
    gc.collect()
    assert held() is not None
    garbage.flushed(1, SWEEP_S + 2)

    assert held() is None
    gc.unfreeze()
