"""What commands write into the audit log: who ran them, on what, and how much they changed."""

import getpass
import socket
from collections.abc import Iterable
from datetime import UTC, datetime

from schemas.kafka.audit import AuditAction, AuditRecord
from schemas.kafka.quarantine import QuarantineEntry
from streams.configuration.settings import Settings
from streams.kafka import audit_log

SHORT_ID = 12  # digits of an entry's id, as `dlq list` shows it


def operator() -> str:
    """Return the user and the machine that run this command."""
    return f"{getpass.getuser()} on {socket.gethostname()}"


def note(
    settings: Settings, action: AuditAction, subject: str, detail: str = "", tenant: str = ""
) -> None:
    """Write one record; raise Unavailable."""
    audit_log.record(settings, _record(action, subject, detail, tenant))


def note_deliveries(
    settings: Settings, action: AuditAction, entries: Iterable[QuarantineEntry]
) -> None:
    """Write what was done to these quarantined deliveries, if there are any; raise Unavailable."""
    records = delivery_records(action, entries)
    if records:
        audit_log.record(settings, *records)


def delivery_records(action: AuditAction, entries: Iterable[QuarantineEntry]) -> list[AuditRecord]:
    """Return one record per tenant.

    It has the ids of the deliveries and not what people wrote about them, which may name a candidate and ends with the entries.
    """
    ids_of: dict[str, list[str]] = {}
    for entry in entries:
        ids_of.setdefault(entry.tenant or "", []).append(entry.id[:SHORT_ID])
    return [
        _record(action, _deliveries(len(ids)), ", ".join(ids), tenant)
        for tenant, ids in sorted(ids_of.items())
    ]


def _deliveries(number: int) -> str:
    return "1 quarantined delivery" if number == 1 else f"{number} quarantined deliveries"


def _record(action: AuditAction, subject: str, detail: str, tenant: str) -> AuditRecord:
    now = datetime.now(UTC)
    return AuditRecord(
        tenant=tenant, at=now, by=operator(), action=action, subject=subject, detail=detail[:500]
    )
