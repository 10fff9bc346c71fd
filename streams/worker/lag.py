"""The worker's consumer lag and disk space."""

import shutil
from pathlib import Path

import faust
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from schemas.kafka.lag import Offsets
from schemas.kafka.topics import CANDIDATE_EVENTS
from sinks.metrics import WorkerMetrics
from streams.worker.funnel import FunnelProcessor


async def read_offsets(app: faust.App, funnel: FunnelProcessor) -> tuple[Offsets, Offsets]:
    """Return end offsets and counted offsets of the owned partitions; both empty while none is owned.

    For a partition with nothing counted since its assignment, lag is measured from the end offset first seen.
    """
    partitions = [TP(CANDIDATE_EVENTS.name, number) for number in funnel.owned_partitions()]
    if not partitions or app.rebalancing:
        return {}, {}
    try:
        ends = await app.consumer.highwaters(*partitions)
    except ConsumerNotStarted:
        return {}, {}
    for tp, end in ends.items():
        funnel.flushed_offsets.setdefault(tp.partition, end)
    return ends, {tp: funnel.flushed_offsets[tp.partition] for tp in ends}


def export_disk_usage(metrics: WorkerMetrics, folder: Path) -> None:
    """Let every scrape read the free space and size of the disk that holds the stores."""
    folder.mkdir(parents=True, exist_ok=True)
    metrics.disk_free.set_function(lambda: shutil.disk_usage(folder).free)
    metrics.disk_size.set_function(lambda: shutil.disk_usage(folder).total)
