"""Removes rows for good, with the files that hold their bytes."""

from collections.abc import Sequence
from typing import Any

_NAMED = "select count() from quarantined where id in {ids:Array(String)}"
_STEPS = (
    "create table quarantined_kept as quarantined",
    "insert into quarantined_kept select * from quarantined where id not in {ids:Array(String)}",
    "exchange tables quarantined and quarantined_kept",
)
_DROP_COPY = "drop table if exists quarantined_kept sync"


def remove_quarantined(client: Any, ids: Sequence[str]) -> None:
    """Remove the quarantined deliveries with these ids; when it returns, no file has a byte of them.

    Nobody may write to the table meanwhile. The other rows are copied into a table that takes its place, because a deletion
    leaves replaced files on the disk for minutes; a repetition after an interruption finishes.
    """
    parameters = {"ids": list(ids)}
    client.command(_DROP_COPY)
    if client.query(_NAMED, parameters=parameters).result_rows[0][0]:
        for statement in _STEPS:
            client.command(statement, parameters=parameters)
        client.command(_DROP_COPY)
