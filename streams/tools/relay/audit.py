"""Audits a ledger: decides everything again from its facts, and compares what ClickHouse has of it."""

from typing import Any

from schemas.relay.balance import balance, problems
from schemas.relay.entries import Record
from schemas.relay.ledger import accept
from schemas.relay.state import State
from streams.archive.relay_rows import relay_rows
from streams.archive.rows import RecordPosition
from streams.kafka.relay_ledger import encode_record
from streams.tools.relay.read import History

ROWS_SQL = """
select seq, line, entry, account, unit, amount, measure
from relay_ledger final
where tenant = {tenant:String}
order by seq, line
"""
MAX_SHOWN = 5  # of differences of one kind


def find_problems(history: History) -> list[str]:
    """Everything that is wrong with a ledger: gaps, decisions that its facts do not give, balances that do not hold."""
    again = State(history.state.tenant)
    differences: list[str] = []
    for number, record in enumerate(history.records, 1):
        if record.seq != number:
            differences.append(f"record {number} has the number {record.seq}")
        decided = accept(again, record.fact, record.recorded)
        if decided is None or decided.entries != record.entries:
            differences.append(f"record {record.seq} ({record.fact.kind}) decides otherwise today")
            break  # what follows would differ as well
    if not differences and balance(again) != balance(history.state):
        differences.append("the balance differs from that of the facts")
    return differences[:MAX_SHOWN] + problems(history.state)


def compare_rows(history: History, client: Any) -> list[str]:
    """The records whose rows in ClickHouse are missing or differ."""
    result = client.query(ROWS_SQL, parameters={"tenant": history.state.tenant})
    archived: dict[int, list[tuple[Any, ...]]] = {}
    for row in result.result_rows:
        archived.setdefault(row[0], []).append(tuple(row[1:]))
    differing = [
        record.seq
        for record in history.records
        if archived.pop(record.seq, []) != _expected_rows(record)
    ]
    surplus = sorted(archived)
    lines = [f"record {seq} differs in ClickHouse" for seq in differing[:MAX_SHOWN]]
    return lines + [f"ClickHouse has a record {seq} more" for seq in surplus[:MAX_SHOWN]]


def _expected_rows(record: Record) -> list[tuple[Any, ...]]:
    rows = relay_rows(RecordPosition("", 0, 0), encode_record(record))
    return [(r.line, r.entry, r.account, r.unit, r.amount, r.measure) for r in rows]
