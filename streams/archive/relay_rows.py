"""Rows of the ledger of Career Relay. They name no person: a pseudonym stays in Kafka."""

from datetime import UTC

from schemas.errors import Malformed
from schemas.relay import accounts
from schemas.relay.entries import Entry, Posting, Record
from schemas.relay.rejection_cells import AMOUNTS, rejection_measure, rejections
from sinks.clickhouse.rows import RelayRow
from streams.archive.rows import RecordPosition

# What a posting means for KPIs, by its account; the progress counts only where a person begins or ceases to count.
MEASURES = {
    accounts.progress("candidate"): "relay.counted.verified",
    accounts.progress("tenant"): "relay.counted.unverified",
    accounts.REDEEMED: "relay.redeemed",
    accounts.EXPIRED: "relay.expired",
    accounts.REVOKED: "relay.slots_revoked",
    accounts.ACCRUED: "relay.accrued",
    accounts.RECOVERED: "relay.recovered",
}
SLOT_KINDS = frozenset({"granted", "slot_revoked"})
STATED = frozenset({"invited", "offered", "withheld", "clicked", "registered"})


def relay_rows(source: RecordPosition, value: bytes) -> list[RelayRow]:
    """Return the rows of one record of the ledger; raise Malformed."""
    try:
        record = Record.model_validate_json(value)
    except ValueError as error:
        raise Malformed("relay_record", str(error)[:200]) from error
    rows = [_row(record, source.offset)]
    for entry in record.entries:
        rows += _rows_of_entry(record, entry, source.offset)
    return [row._replace(line=line) for line, row in enumerate(rows)]


def _rows_of_entry(record: Record, entry: Entry, offset: int) -> list[RelayRow]:
    row = _row(record, offset)._replace(
        entry=entry.kind,
        reason=entry.reason or "",
        scope=entry.scope or "",
        slot=entry.slot or 0,
        due=entry.due,
        invitation=entry.invitation or "",
        application_id=entry.application or "",
        job_id=entry.job or "",
        channel=entry.channel or "",
    )
    if entry.kind in AMOUNTS:
        return [
            row._replace(measure="relay.eligible", amount=AMOUNTS[entry.kind]),
            *_rejection(entry, row),
        ]
    if entry.kind in STATED:
        return [row._replace(measure=f"relay.{entry.kind}", amount=1)]
    return [
        row._replace(
            account=posting.account,
            unit=posting.unit,
            amount=posting.amount,
            measure=_measure(entry, posting),
        )
        for posting in entry.postings
    ]


def _rejection(entry: Entry, row: RelayRow) -> list[RelayRow]:
    """Why the company rejected, on the day of the rejection, also if it is taken back later."""
    amount = rejections(entry)
    if not amount or entry.factor is None or entry.day is None:
        return []
    return [row._replace(measure=rejection_measure(entry.factor), amount=amount, day=entry.day)]


def _measure(entry: Entry, posting: Posting) -> str:
    if posting.account.startswith(accounts.VOID):
        return f"relay.void.{posting.account.removeprefix(f'{accounts.VOID}.')}"
    if entry.kind in SLOT_KINDS:
        if posting.account.startswith("persons."):
            return ""
        if posting.account == accounts.OPEN:
            return "relay.granted"
    return MEASURES.get(posting.account, "")


def _row(record: Record, offset: int) -> RelayRow:
    return RelayRow(
        tenant=record.tenant,
        seq=record.seq,
        line=0,
        day=record.day,
        at=record.fact.at.astimezone(UTC),
        recorded=record.recorded.astimezone(UTC),
        fact=record.fact.kind,
        entry="",
        reason="",
        scope="",
        account="",
        unit="",
        amount=0,
        measure="",
        slot=0,
        due=None,
        invitation="",
        application_id="",
        job_id="",
        channel="",
        version=offset,
    )
