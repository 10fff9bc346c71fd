"""What the worker is behind by, and how much room it has."""

import shutil
from pathlib import Path

import faust
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from schemas.kafka.lag import Offsets
from schemas.kafka.topics import CANDIDATE_EVENTS
from sinks.metrics import WorkerMetrics
from streams.worker.funnel import FunnelProcessor


async def look(app: faust.App, funnel: FunnelProcessor) -> tuple[Offsets, Offsets]:
    """Where the owned partitions end, and up to where they are counted; nothing while none is owned.

    A partition of which nothing was counted since it was assigned is behind by what has come since the first look.
    """
    parts = [TP(CANDIDATE_EVENTS.name, number) for number in funnel.owned()]
    if not parts or app.rebalancing:
        return {}, {}
    try:
        ends = await app.consumer.highwaters(*parts)
    except ConsumerNotStarted:
        return {}, {}
    for part, end in ends.items():
        funnel.counted.setdefault(part.partition, end)
    return ends, {part: funnel.counted[part.partition] for part in ends}


def show_disk(metrics: WorkerMetrics, folder: Path) -> None:
    """Have every scrape look at the disk on which the stores are."""
    folder.mkdir(parents=True, exist_ok=True)
    metrics.disk_free.set_function(lambda: shutil.disk_usage(folder).free)
    metrics.disk_size.set_function(lambda: shutil.disk_usage(folder).total)
