"""Flushes of a worker in `kpi-cells`: all rows of one, or none, are what readers may show.

A flush is not one batch of records, so its last record has a header. A flush that a crash cut off has none; the next owner
counts its events again, and what it wrote is whole only with the end of a flush that has come as far.
"""

import logging
from dataclasses import dataclass, field
from typing import Any

from schemas.cells import decode_cell
from schemas.errors import Malformed
from schemas.kafka.topics import KPI_CELLS

log = logging.getLogger(__name__)

FLUSH_END = ("flush", b"end")  # the header of the last record of a flush
MAX_HELD = 500_000  # rows of a partition that are held back at most: compaction removes ends of old flushes


@dataclass
class _Part:
    """Rows of one partition since its last whole flush, and the highest version among them."""

    records: list[Any] = field(default_factory=list)
    version: int = -1


class WholeFlushes:
    """Holds back the rows of `kpi-cells` until their flush is whole; records of other topics pass."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._parts: dict[tuple[str, int], _Part] = {}

    def release(self, record: Any) -> list[Any]:
        """Take the next record of its partition; return what is whole with it, in order: often nothing."""
        if not record.topic.startswith(KPI_CELLS.name):
            return [record]
        part = self._parts.setdefault((record.topic, record.partition), _Part())
        part.records.append(record)
        try:
            version = decode_cell(record.value).o
        except Malformed:
            version = -1  # whoever reads the row reports it
        part.version = max(part.version, version)
        is_whole = FLUSH_END in record.headers and version == part.version
        if not is_whole and len(part.records) < MAX_HELD:
            return []
        if not is_whole:
            place = f"{record.topic}/{record.partition}/{record.offset}"
            log.warning("no end of a flush", extra={"place": place, "rows": MAX_HELD})
        del self._parts[record.topic, record.partition]
        return part.records

    def forget(self) -> None:
        """Drop what is held back: the partitions are read again from what was released last."""
        self._parts.clear()
