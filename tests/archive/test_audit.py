"""The audit log is archived once per record and read by a view."""

from datetime import UTC, datetime
from typing import Any

from schemas.kafka.audit import AuditRecord
from schemas.kafka.quarantine import QuarantineEntry
from schemas.kafka.topics import AUDIT_LOG
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, audit_rows
from streams.tools.audit_text import audit_table
from streams.tools.auditing import delivery_records

AT = datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC)
RECORD = AuditRecord(
    tenant="audited", at=AT, by="taro.board", action="acted", subject="/v1/breaches/1", detail="x"
)


def test_a_record_that_is_archived_twice_is_one_row(client: Any) -> None:
    """The view shows each record once, with who did it."""
    rows = audit_rows(RecordPosition(AUDIT_LOG.name, 0, 7), RECORD.model_dump_json().encode())
    for token in ("audit-1", "audit-2"):
        Writer(client).write(rows, token)

    shown = client.query("select * from v_audit where tenant = 'audited'").result_rows

    assert [(row[0], *row[2:]) for row in shown] == [
        ("audited", "taro.board", "acted", "/v1/breaches/1", "x")
    ]


def test_what_concerns_every_company_says_so() -> None:
    """The table names the company of a record, or all of them."""
    table = audit_table([RECORD, RECORD.model_copy(update={"tenant": "", "detail": ""})])

    assert [row[3:] for row in table.rows] == [
        ("audited", "/v1/breaches/1 (x)"),
        ("all", "/v1/breaches/1"),
    ]


def test_what_was_dropped_is_named_by_ids_alone() -> None:
    """A record per company has the ids of the deliveries, and not the reason, which may name a candidate."""
    entries = [
        QuarantineEntry(
            id=f"{number:032x}", tenant=tenant, connection="c", vendor="standard", reason="not_json",
            detail="x", at=AT, resolution="cand-1 asked us to",
        )
        for number, tenant in enumerate(("aoba", "aoba", "brightwater"))
    ]  # fmt: skip

    records = delivery_records("dropped", entries)

    assert [(one.tenant, one.subject, one.detail) for one in records] == [
        ("aoba", "2 quarantined deliveries", "000000000000, 000000000000"),
        ("brightwater", "1 quarantined delivery", "000000000000"),
    ]
    assert not delivery_records("replayed", [])
