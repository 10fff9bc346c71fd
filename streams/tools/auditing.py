"""What commands write into the audit log: who ran them, on what, and how much they changed."""

import getpass
import socket
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from schemas.kafka.audit import AuditAction, AuditRecord
from streams.configuration.settings import Settings
from streams.kafka import audit_log


def operator() -> str:
    """Return the user and the machine that run this command."""
    return f"{getpass.getuser()} on {socket.gethostname()}"


def note(
    settings: Settings, action: AuditAction, subject: str, detail: str = "", tenant: str = ""
) -> None:
    """Write one record; raise Unavailable."""
    audit_log.record(settings, _record(action, subject, detail, tenant))


def note_by_tenant(
    settings: Settings, action: AuditAction, tenants: Iterable[str | None], detail: str = ""
) -> None:
    """Write one record per tenant of these quarantined deliveries; raise Unavailable."""
    counts = Counter(tenant or "" for tenant in tenants)
    records = (
        _record(action, f"{n} quarantined deliveries", detail, tenant)
        for tenant, n in sorted(counts.items())
    )
    audit_log.record(settings, *records)


def _record(action: AuditAction, subject: str, detail: str, tenant: str) -> AuditRecord:
    now = datetime.now(UTC)
    return AuditRecord(
        tenant=tenant, at=now, by=operator(), action=action, subject=subject, detail=detail[:500]
    )
