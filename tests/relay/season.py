"""A small season of Career Relay as the archiver writes it: ten persons, a redeemed slot, and one who does not count."""

from collections.abc import Iterator

from schemas.relay.candidate_experience import experience_of
from schemas.relay.facts import ApplicationStep, Fact
from schemas.relay.ledger import accept
from schemas.relay.policy import RelayCompany
from schemas.relay.reasons import reasons_of
from schemas.relay.state import State
from sinks.clickhouse.rows import RelayFinding, RelayRow
from streams.archive.finding_rows import finding_rows
from streams.archive.relay_findings import CompanyLedger
from streams.archive.relay_rows import relay_rows
from streams.archive.rows import RecordPosition
from streams.kafka.relay_ledger import encode_record
from tests.schemas.relay.builders import (
    claim,
    day,
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
    step("rejected", "z").model_copy(update={"factor": "years"}),
    invited("z"),
    registered("p-z", "z", consent=None),
)


REASONS = {
    ("doda", "経験不足"): 24,
    ("doda", "スキル不足"): 12,
    ("Green", "スキル不足"): 30,
    ("Green", "経験不足"): 6,
}


def season_findings(tenant: str) -> list[RelayFinding]:
    """What the board shows of a ledger of 72 rejections with two reasons, half of them invited, and three survey scores."""
    state, ledger = State(tenant), CompanyLedger(State(tenant))
    for fact in (policies(policy()), *_rejections()):
        record = accept(state, fact, fact.at)
        if record is not None:
            ledger.take(record)
    company = RelayCompany(tenant=tenant, page="https://relay.example/r", policies=(policy(),))
    return finding_rows(
        reasons_of(ledger.state, ledger.steps, company),
        experience_of(ledger.state, [], [], [7.0, 8.0, 9.0], day(60)),
    )


def _rejections() -> Iterator[Fact]:
    for (channel, reason), count in REASONS.items():
        for number in range(count):
            rejected = step("rejected", f"{channel}-{reason}-{number}")
            assert isinstance(rejected, ApplicationStep)
            yield rejected.model_copy(update={"channel": channel, "reason": reason})
            if number % 2:
                yield invited(rejected.application)


def relay_season(tenant: str) -> tuple[State, list[RelayRow]]:
    """The state after the season, and its rows."""
    state, rows = State(tenant), list[RelayRow]()
    for offset, fact in enumerate((policies(policy(slot_days=90)), *FACTS)):
        record = accept(state, fact, fact.at)
        if record is not None:
            rows += relay_rows(RecordPosition("relay-ledger", 0, offset), encode_record(record))
    return state, rows
