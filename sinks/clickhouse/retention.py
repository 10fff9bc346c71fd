"""Removes rows that have ended."""

from datetime import datetime
from typing import Any

_QUARANTINED = "tenant = {tenant:String} and at < {before:DateTime64(3, 'UTC')}"
_AUDITED = "at < {before:DateTime64(3, 'UTC')}"


def end_quarantined(client: Any, tenant: str, before: datetime) -> int:
    """Remove a company's list of deliveries that were refused before an instant; return how many rows there were."""
    return _remove(client, "quarantined", _QUARANTINED, {"tenant": tenant, "before": before})


def end_audit(client: Any, before: datetime) -> int:
    """Remove the audit log before an instant; return how many rows there were."""
    return _remove(client, "audit_log", _AUDITED, {"before": before})


def _remove(client: Any, table: str, condition: str, parameters: dict[str, Any]) -> int:
    """Remove rows from what readers see at once, and from the disk when ClickHouse removes replaced files, within minutes."""
    query = f"select count() from {table} where {condition}"  # noqa: S608 - constants of this module
    rows = int(client.query(query, parameters=parameters).result_rows[0][0])
    if rows:
        client.command(
            f"alter table {table} delete where {condition}",
            parameters=parameters,
            settings={"mutations_sync": 1},
        )
    return rows
