"""What a spool holds that no gateway has open, for commands that need it to be empty."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from streams.ingest.spool.store import DAMAGED, FILE, connect, is_damaged, set_aside_files


@dataclass(frozen=True, kw_only=True)
class SpoolAtRest:
    """How many deliveries wait for Kafka, and how many records and files nobody could read."""

    waiting: int = 0
    damaged: int = 0
    in_use: bool = False  # a gateway has it open, so that nothing else is known

    @property
    def is_empty(self) -> bool:
        """Whether no byte of a delivery is in it."""
        return not (self.waiting or self.damaged or self.in_use)


def read_at_rest(directory: Path | None) -> SpoolAtRest:
    """Return what the spool of a stopped gateway holds; a directory without one holds nothing."""
    if directory is None:
        return SpoolAtRest()
    files = len(set_aside_files(directory))
    if not (directory / FILE).exists():
        return SpoolAtRest(damaged=files)
    try:
        with closing(connect(directory / FILE, timeout_s=0)) as connection:
            rows = connection.execute("select lane, count(*) from records group by lane")
            counts: dict[str, int] = dict(rows.fetchall())
    except sqlite3.DatabaseError as error:
        if is_damaged(error):
            return SpoolAtRest(damaged=files + 1)
        return SpoolAtRest(damaged=files, in_use=True)
    damaged = counts.pop(DAMAGED, 0)
    return SpoolAtRest(waiting=sum(counts.values()), damaged=files + damaged)
