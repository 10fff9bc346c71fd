"""The audit log as a table."""

from collections.abc import Sequence

from schemas.kafka.audit import AuditRecord
from streams.tools.tables import TableColumn, TextTable


def audit_table(records: Sequence[AuditRecord]) -> TextTable:
    """Return one row per record."""
    titles = ("when", "who", "action", "company", "what")
    return TextTable(
        columns=[TableColumn(title=title, prose=title == "what") for title in titles],
        rows=[
            (
                f"{record.at.astimezone():%Y-%m-%d %H:%M:%S}",
                record.by,
                record.action,
                record.tenant or "all",
                record.subject + (f" ({record.detail})" if record.detail else ""),
            )
            for record in records
        ],
    )
