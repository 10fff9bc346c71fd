"""Reads the relay service's export of registrations (CSV, UTF-8) and posts it to the gateway."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from schemas.did_you_mean import did_you_mean
from schemas.errors import Malformed
from streams.ingest.relay_registrations import MAX_REGISTRATIONS, RegistrationEntry

COLUMNS = tuple(RegistrationEntry.model_fields)
REQUIRED = tuple(
    name for name, field in RegistrationEntry.model_fields.items() if field.is_required()
)


def bodies(path: Path) -> Iterator[bytes]:
    """Yield the bodies of the requests for a file; raise Malformed with the column or the row to correct."""
    rows = read_rows(path.read_text("utf-8-sig"))
    for start in range(0, len(rows), MAX_REGISTRATIONS):
        part = rows[start : start + MAX_REGISTRATIONS]
        yield json.dumps({"entries": part}, ensure_ascii=False).encode()


def read_rows(text: str) -> list[dict[str, object]]:
    """The registrations of a table whose header names the fields; empty cells are left out, flags are split at spaces."""
    reader = csv.DictReader(io.StringIO(text))
    header = reader.fieldnames or []
    for name in header:
        if name not in COLUMNS:
            raise Malformed("column", f"`{name}`{did_you_mean(name, COLUMNS)}")
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise Malformed("column", f"missing: {', '.join(missing)}")
    rows = []
    for number, row in enumerate(reader, 2):
        entry: dict[str, object] = {name: cell for name, cell in row.items() if cell}
        lacking = [name for name in REQUIRED if name not in entry]
        if lacking:
            raise Malformed("row", f"line {number} has no {', '.join(lacking)}")
        if "flags" in entry:
            entry["flags"] = str(entry["flags"]).split()
        rows.append(entry)
    return rows
