"""Connections are counted with rules that were recorded before their first event."""

from schemas.funnel.funnel_events import VendorStage
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


class EpochRecord:
    """Stands in for the epoch record: the mappings recorded, in order."""

    def __init__(self) -> None:
        """Start empty."""
        self.recorded: list[MappingSnapshot] = []

    def __call__(self, mapping: MappingSnapshot) -> MappingSnapshot:
        """Record a mapping."""
        self.recorded.append(mapping)
        return mapping


STAGE = VendorStage(id="s1")


def test_a_new_connection_is_recorded_before_it_counts() -> None:
    """A new connection is recorded once, with the configuration at that moment."""
    record = EpochRecord()
    epoch_rules = EpochRules(MappingSnapshot(), lambda: CONFIGURED, record)
    rules = epoch_rules.rules_for("acme", "urn:ats:greenhouse:acme:gh")
    again = epoch_rules.rules_for("acme", "urn:ats:greenhouse:acme:gh")

    assert rules is again
    assert rules.stage_meaning("gh", STAGE, None, 0).milestone == "assessment"
    assert [mapping.contains("acme", "gh") for mapping in record.recorded] == [True]


def test_a_recorded_connection_ignores_the_configuration() -> None:
    """A mapping that changes while workers run changes nothing before a replay."""
    record = EpochRecord()
    old = MappingSnapshot(tenants={"acme": TenantMapping(connections={"gh": ConnectionMapping()})})
    rules = EpochRules(old, lambda: CONFIGURED, record)

    rules_now = rules.rules_for("acme", "urn:ats:greenhouse:acme:gh")
    assert rules_now.stage_meaning("gh", STAGE, None, 0).milestone == "unmapped"
    assert record.recorded == []


def test_an_unconfigured_connection_counts_without_rules() -> None:
    """An unconfigured connection is recorded as such, so that configuring it later requires a replay."""
    record = EpochRecord()
    rules = EpochRules(MappingSnapshot(), MappingSnapshot, record)

    assert rules.rules_for("lost", "urn:ats:x:lost:y").day(0) == 0
    assert record.recorded[0].tenants["lost"].connections == {"y": ConnectionMapping()}
