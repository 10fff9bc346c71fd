"""Benchmark of the fold without Kafka: decode packs, apply every event, write and read application rows.

The garbage collector is tuned as in a worker.
"""

import gc
import statistics
import time
from collections.abc import Callable, Iterator

import pytest

from schemas.events import packs
from schemas.funnel.conversion import to_funnel_event
from schemas.funnel.counting import AttemptCount
from schemas.funnel.rules import Rules
from streams.worker.gc_tuning import GcTuner
from streams.worker.partition_state import PartitionState
from streams.worker.turns import run
from tests.bench.load import Scale, season
from tests.bench.load import packs as season_packs

FLUSH_PACKS = 20
RUNS = 3


@pytest.fixture(autouse=True)
def worker_gc() -> Iterator[None]:
    """Collect garbage as seldom as a worker does."""
    thresholds = gc.get_threshold()
    GcTuner(time.monotonic())
    yield
    gc.set_threshold(*thresholds)


def decode_only(records: list[bytes]) -> int:
    """Decode all packs: the baseline, and what any worker must do."""
    return sum(len(packs.decode_events(record)) for record in records)


def fold_all(records: list[bytes]) -> int:
    """Apply all packs as a worker does; every flush writes rows, and later events read them again."""
    stored: dict[bytes, bytes] = {}
    state = PartitionState(stored.get)
    rules, count = Rules("Asia/Tokyo"), 0
    for offset, record in enumerate(records):
        for index, accepted in enumerate(packs.decode_events(record)):
            event = to_funnel_event(accepted, offset, index)
            assert event is not None
            count += state.apply(accepted.tenant, accepted.subject, event, rules)
        run(state.count())
        state.offset = offset
        if offset % FLUSH_PACKS == 0:
            stored.update(run(state.drain()).applications)
            state.evict()
    return count


def cpu_us(work: Callable[[list[bytes]], int], records: list[bytes]) -> float:
    """Return the median CPU microseconds per event."""
    figures = []
    for _ in range(RUNS):
        started = time.process_time()
        count = work(records)
        figures.append((time.process_time() - started) / count * 1e6)
    return statistics.median(figures)


def test_the_fold_beside_counting_every_story_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking the next event of a story costs at most 0.85 of counting the whole story again, cells and rows included.

    The stories of this season have six to eight events; what is saved grows with their length.
    """
    events = season(Scale(applications=2_000), 1)
    records = [value for _, value in season_packs(events, 1, 200)]
    decoding, folding = cpu_us(decode_only, records), cpu_us(fold_all, records)
    monkeypatch.setattr(AttemptCount, "take", lambda *_: False)
    anew = cpu_us(fold_all, records)
    print(f"\ndecoding alone: {decoding:.1f} CPU us/event")
    print(f"decoding, fold and rows: {folding:.1f} CPU us/event")
    print(
        f"the same, every story counted anew: {anew:.1f} CPU us/event, {anew / folding:.2f} times"
    )

    assert folding <= 0.85 * anew
