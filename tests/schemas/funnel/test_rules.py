"""Rules and well-known names map stages to milestones; days are the tenant's local days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.funnel.funnel_events import PipelineStageMeaning, VendorStage
from schemas.funnel.rules import Rules, TenantRules, build_rules
from schemas.instants import EPOCH_DAY, milliseconds
from schemas.tenants.config import Connection, Secret, StageRule, Tenancy, Tenant
from schemas.tenants.mapping_snapshot import MappingSnapshot, TenantMapping, snapshot_tenant

KEY = Secret(env="KEY")
ZONES = ("Asia/Tokyo", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")


def mapping_of(*stages: StageRule) -> TenantMapping:
    """The mapping of a tenant with these stage rules."""
    return snapshot_tenant(tenant_with(*stages))


def tenant_with(*stages: StageRule) -> Tenant:
    """A tenant with one connection and these stage rules."""
    connection = Connection(id="c1", vendor="greenhouse", stages=stages)
    return Tenant(id="t1", name="T", quarantine_key=KEY, person_key=KEY, connections=(connection,))


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.sampled_from(ZONES),
)
def test_a_day_is_the_local_calendar_day(moment: datetime, zone: str) -> None:
    """A day is the local calendar day, also with daylight saving, odd offsets and leap days."""
    local = moment.astimezone(ZoneInfo(zone)).date()

    assert local.toordinal() - EPOCH_DAY == Rules(zone).day(milliseconds(moment))


def meaning(
    rules: Rules, connection: str, stage_id: str, name: str | None = None, at: int = 0
) -> str:
    """The milestone or ending that a stage means."""
    return rules.stage_meaning(connection, VendorStage(id=stage_id, name=name), None, at).milestone


@pytest.mark.parametrize(
    ("name", "milestone"),
    [
        ("書類選考", "screening"),
        ("1次面接", "interview_1"),
        ("一次面接(オンライン)", "interview_1"),
        ("最終面接", "final_interview"),
        ("Final Interview", "final_interview"),
        ("Phone Screen", "casual"),
        ("内定", "offer"),
        ("内定承諾", "accepted"),
        ("Offer", "offer"),
        ("Hold", "unmapped"),
        ("", "unmapped"),
    ],
)
def test_well_known_stage_names_are_mapped(name: str, milestone: str) -> None:
    """Japanese and English names in any width are mapped; an unknown name is not guessed."""
    assert milestone == meaning(Rules("UTC"), "c", "s", name)


def test_a_rule_by_id_beats_one_by_name_and_both_beat_the_dictionary() -> None:
    """Configured rules take precedence over well-known names."""
    rules = build_rules(
        mapping_of(
            StageRule(stage_name="一次面接", milestone="casual"),
            StageRule(stage_id="7", milestone="assessment"),
        )
    )

    assert meaning(rules, "c1", "7", "一次面接") == "assessment"
    assert meaning(rules, "c1", "8", "一次面接") == "casual"
    assert meaning(rules, "other", "7", "一次面接") == "interview_1"


def test_a_rule_applies_on_its_days_only() -> None:
    """The stage has another milestone from February 1 on."""
    first = date(2026, 2, 1)
    rules = build_rules(
        mapping_of(
            StageRule(stage_id="7", milestone="screening", until=first),
            StageRule(stage_id="7", milestone="assessment", since=first),
        )
    )
    noon = datetime(2026, 2, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo"))

    assert meaning(rules, "c1", "7", None, milliseconds(noon)) == "assessment"
    before = milliseconds(noon - timedelta(days=1))
    assert meaning(rules, "c1", "7", None, before) == "screening"


def test_a_stage_can_be_an_ending_or_have_a_place() -> None:
    """A column such as 内定辞退 ends the application; an order is kept beside the milestone."""
    rules = build_rules(
        mapping_of(
            StageRule(stage_name="内定辞退", ending="candidate"),
            StageRule(stage_id="7", milestone="interview_n", order=3),
        )
    )

    assert meaning(rules, "c1", "z", "内定辞退") == "application.withdrawn"
    assert rules.stage_meaning("c1", VendorStage(id="7"), None, 0) == ("interview_n", 3)


def test_the_definition_of_a_pipeline_names_stages_that_no_rule_names() -> None:
    """A rule goes before the definition, the definition before the stage's own name."""
    rules = build_rules(mapping_of(StageRule(stage_id="7", milestone="casual")))
    defined = PipelineStageMeaning(id="7", order=2, milestone="reference")
    named = PipelineStageMeaning(id="8", order=4, name="最終面接")
    stage = VendorStage(id="8", name=None)

    assert rules.stage_meaning("c1", VendorStage(id="7"), defined, 0) == ("casual", 2)
    assert rules.stage_meaning("c2", VendorStage(id="7", name="一次面接"), defined, 0) == (
        "reference",
        2,
    )
    assert rules.stage_meaning("c2", stage, named, 0) == ("final_interview", 4)


def test_an_unknown_tenant_counts_in_utc() -> None:
    """A tenant removed from the configuration does not stop the worker."""
    assert TenantRules(MappingSnapshot()).for_tenant("gone").day(0) == 0


def test_invalid_configuration_is_rejected() -> None:
    """Time zones, milestones, secrets and duplicate ids are validated on load."""
    for build in (
        lambda: Tenant(
            id="t", name="T", timezone="Asia/Atlantis", quarantine_key=KEY, person_key=KEY
        ),
        lambda: StageRule(stage_id="1", milestone="third_base"),
        Secret,
        lambda: Secret(env="A", file="b"),
        lambda: Tenancy(tenants=(tenant_with(), tenant_with())),
    ):
        with pytest.raises(ValidationError):
            build()
