"""A small season of Career Relay as the archiver writes it: ten persons, a redeemed slot, and one who does not count."""

from schemas.relay.ledger import accept
from schemas.relay.state import State
from sinks.clickhouse.rows import RelayRow
from streams.archive.relay_rows import relay_rows
from streams.archive.rows import RecordPosition
from streams.relay.ledger_log import encode_record
from tests.schemas.relay.builders import (
    claim,
    invited,
    policies,
    policy,
    registered,
    step,
    ten,
)

FACTS = (
    *ten(count=12),
    claim("redeem", at=20, application="h"),
    step("hired", "h", 19),
    step("rejected", "z"),
    invited("z"),
    registered("p-z", "z", consent=None),
)


def relay_season(tenant: str) -> tuple[State, list[RelayRow]]:
    """The state after the season, and its rows."""
    state, rows = State(tenant), list[RelayRow]()
    for offset, fact in enumerate((policies(policy(slot_days=90)), *FACTS)):
        record = accept(state, fact, fact.at)
        if record is not None:
            rows += relay_rows(RecordPosition("relay-ledger", 0, offset), encode_record(record))
    return state, rows
