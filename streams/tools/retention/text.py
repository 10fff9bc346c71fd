"""What is kept as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from schemas.kafka.retention import FOR_EVER
from streams.tools.retention.stored_data import StoredData
from streams.tools.tables import TableColumn, TextTable

TITLES = ("what", "company", "kept", "oldest", "where", "what ends it")
PROSE = {"what", "where", "what ends it"}


def as_table(rows: Sequence[StoredData]) -> TextTable:
    """Return one row per kind of data, and notes on what is not as configured."""
    return TextTable(
        columns=[TableColumn(title=title, prose=title in PROSE) for title in TITLES],
        rows=[
            (
                row.what,
                row.tenant or "all",
                _kept(row.days),
                str(row.oldest or "–"),
                row.where,
                row.how,
            )
            for row in rows
        ],
        notes=[note for row in rows for note in _notes(row)],
    )


def as_json(rows: Sequence[StoredData]) -> str:
    """Return every field."""
    return json.dumps([asdict(row) for row in rows], default=str, ensure_ascii=False)


def _notes(row: StoredData) -> list[str]:
    notes = []
    if row.broker_days is not None:
        actual = _kept(None if row.broker_days == FOR_EVER else row.broker_days)
        notes.append(
            f"Kafka keeps {row.what} {actual} until the archiver sets it: soon after it starts, and every hour"
        )
    if row.is_overdue:
        notes.append(
            f"{row.tenant}: {row.what} should have ended; see the log of the archiver for `retention not applied`"
        )
    return notes


def _kept(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"
