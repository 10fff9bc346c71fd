"""What the entries of a ledger say about why a company rejects, as changes of cells."""

from collections.abc import Iterator

from schemas.cells import ALL, CHANNEL, DECISION, JOB, TOTAL, CellKey, Tally
from schemas.instants import day_number
from schemas.kpis.definition import REJECTED_FOR
from schemas.relay.entries import Entry, Record
from schemas.relay.factors import Factor

AMOUNTS = {"eligible": 1, "ineligible": -1}


def rejection_measure(factor: Factor) -> str:
    """The measure that counts rejections for a factor."""
    return f"{REJECTED_FOR}{factor}"


def rejections(entry: Entry) -> int:
    """How many rejections with a factor an entry counts: 1, -1 if it takes one back, or 0."""
    return 0 if entry.factor is None or entry.day is None else AMOUNTS.get(entry.kind, 0)


def rejection_changes(record: Record) -> Iterator[tuple[CellKey, Tally]]:
    """Yield what a record changes, each on the local day of the rejection: for the company, its channel and its job."""
    for entry in record.entries:
        amount = rejections(entry)
        if not amount or entry.factor is None or entry.day is None:
            continue
        members = {TOTAL: ALL, CHANNEL: entry.channel, JOB: entry.job}
        for dimension, member in members.items():
            if member is not None:
                key = CellKey(record.tenant, dimension, member, day_number(entry.day), DECISION)
                yield key, {rejection_measure(entry.factor): amount}
