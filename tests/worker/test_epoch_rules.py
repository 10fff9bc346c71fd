"""A connection counts by rules that were recorded before its first event."""

from schemas.tenants.config import StageRule
from schemas.tenants.mapping_snapshot import ConnectionMapping, MappingSnapshot, TenantMapping
from streams.worker.epoch_rules import EpochRules

RULE = StageRule(stage_id="s1", milestone="assessment")
CONFIGURED = MappingSnapshot(
    tenants={
        "acme": TenantMapping(
            timezone="Asia/Tokyo", connections={"gh": ConnectionMapping(stages=(RULE,))}
        )
    }
)


class Record:
    """The epoch's record: what was settled, in order."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.settled: list[MappingSnapshot] = []

    def __call__(self, wanted: MappingSnapshot) -> MappingSnapshot:
        """Record it."""
        self.settled.append(wanted)
        return wanted


def test_a_new_connection_is_settled_before_it_counts() -> None:
    """It counts by the configuration as it is then, and once."""
    record = Record()
    book = EpochRules(MappingSnapshot(), lambda: CONFIGURED, record)
    rules = book.of("acme", "urn:ats:greenhouse:acme:gh")
    again = book.of("acme", "urn:ats:greenhouse:acme:gh")

    assert rules is again
    assert rules.milestone("gh", "s1", None, None, 0) == "assessment"
    assert [each.knows("acme", "gh") for each in record.settled] == [True]


def test_what_the_epoch_knows_is_not_asked_of_the_configuration() -> None:
    """A mapping that changes while workers run changes nothing before a replay."""
    record = Record()
    old = MappingSnapshot(tenants={"acme": TenantMapping(connections={"gh": ConnectionMapping()})})
    book = EpochRules(old, lambda: CONFIGURED, record)

    assert book.of("acme", "urn:ats:greenhouse:acme:gh").milestone("gh", "s1", None, None, 0) == (
        "unmapped"
    )
    assert record.settled == []


def test_a_connection_nobody_describes_counts_without_rules() -> None:
    """It is recorded as such, so that a later description needs a replay to count."""
    record = Record()
    book = EpochRules(MappingSnapshot(), MappingSnapshot, record)

    assert book.of("lost", "urn:ats:x:lost:y").day(0) == 0
    assert record.settled[0].tenants["lost"].connections == {"y": ConnectionMapping()}
