"""Spellings of one channel are proposed as aliases, and other names are left alone."""

from typing import Any

import pytest
import yaml

from schemas.events import packs
from schemas.funnel.rules import build_rules
from schemas.tenants.config import Secret, Tenant
from schemas.tenants.mapping_snapshot import MappingSnapshot, snapshot_tenant
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, event_rows
from streams.ingest.kafka.publisher import encode
from streams.tools.connect.channels import as_yaml, propose_aliases, suggest_aliases
from tests.ingest.cleaning.test_events import application, event

USES = {"doda": 9, "DODA": 4, "ドーダ": 3, "どーだ": 1, "doda X": 2, "Indeed": 5, "Green": 1}


def tenant(**more: Any) -> Tenant:
    """A tenant."""
    key = Secret(env="K")
    return Tenant(id="acme", name="アクメ", quarantine_key=key, person_key=key, **more)


def test_spellings_are_grouped_under_the_most_frequent() -> None:
    """Case, width and kana variants and spellings of a well-known medium are one channel; Indeed and doda X are others."""
    proposals = propose_aliases(USES, {})

    assert {proposal.alias: proposal.channel for proposal in proposals} == {
        "DODA": "doda",
        "ドーダ": "doda",
        "どーだ": "doda",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wantedly", "ウォンテッドリー"),
        ("wantedly", "WANTEDLY"),
        ("ﾘﾌｧﾗﾙ", "リファラル"),
        ("社内サイト", "社内 サイト"),
        ("エン・ジャパン", "エン転職"),
    ],
)
def test_variants_are_one_channel(one: str, other: str) -> None:
    """Two spellings give one proposal."""
    (proposal,) = propose_aliases({one: 2, other: 1}, {})

    assert (proposal.alias, proposal.channel) == (other, one)


def test_configured_aliases_stay_and_decide() -> None:
    """What is configured is printed again, and new spellings follow it even if they are more frequent."""
    proposals = propose_aliases(USES, {"DODA": "デューダ", "社員": "リファラル"})
    aliases = {proposal.alias: proposal.channel for proposal in proposals}

    assert aliases["doda"] == aliases["ドーダ"] == aliases["DODA"] == "デューダ"
    assert aliases["社員"] == "リファラル"


def test_the_proposal_is_valid_configuration() -> None:
    """The printed aliases are accepted under the tenant; without a proposal nothing is printed."""
    text = as_yaml("acme", propose_aliases(USES, {}))
    loaded = yaml.safe_load(text)

    assert tenant(**loaded).channel_aliases["ドーダ"] == "doda"
    assert as_yaml("acme", propose_aliases({"doda": 1, "Indeed": 1}, {})) == ""


def test_channels_come_from_applications_touches_and_costs(client: Any) -> None:
    """Names are counted wherever a channel is named."""
    cost = {"cost_id": "c", "amount": 1, "currency": "JPY", "kind": "media", "scope": "channel"}
    events = [
        event("application.created", application(channel={"id": "Wantedly"})),
        event("application.updated", application(touches=[{"id": "WANTEDLY"}])),
        event("cost.recorded", {**cost, "member": "ウォンテッドリー"}),
    ]
    pack = packs.encode([encode(one).body for one in events])
    Writer(client).write(event_rows(RecordPosition("candidate-events", 0, 7), pack), "channels")
    proposals = suggest_aliases(client, "acme", {})
    names = {"Wantedly", "WANTEDLY", "ウォンテッドリー"}

    assert {proposal.channel for proposal in proposals} <= names
    assert len([proposal for proposal in proposals if proposal.alias in names]) == 2


def test_an_alias_is_counted_under_its_channel() -> None:
    """Aliases apply when events are counted, in every spelling of their width; other names stay."""
    rules = build_rules(snapshot_tenant(tenant(channel_aliases={"ﾄﾞｰﾀﾞ": "doda", "DODA": "doda"})))

    assert [rules.channel(name) for name in ("ドーダ", "ﾄﾞｰﾀﾞ", "ＤＯＤＡ", "doda", "Indeed")] == [
        "doda",
        "doda",
        "doda",
        "doda",
        "Indeed",
    ]


def test_a_new_alias_changes_what_is_counted() -> None:
    """A replay is due after an alias was added, and a snapshot without aliases is read as before."""
    before, after = (
        MappingSnapshot(tenants={"acme": snapshot_tenant(tenant(channel_aliases=aliases))})
        for aliases in ({}, {"DODA": "doda"})
    )

    assert before.changes(after) == ["acme"]
    assert MappingSnapshot.model_validate_json(after.model_dump_json()) == after
    assert (
        MappingSnapshot.model_validate_json('{"tenants": {"acme": {}}}')
        .tenants["acme"]
        .channel_aliases
        == {}
    )


@pytest.mark.parametrize(
    ("aliases", "message"),
    [
        ({"DODA": "doda", "doda": "デューダ"}, "itself an alias"),
        ({"doda": "doda"}, "itself an alias"),
        ({"ﾄﾞｰﾀﾞ": "doda", "ドーダ": "デューダ"}, "an alias of both"),
        ({" ": "doda"}, "each have a name"),
        ({"DODA": "\x00"}, "each have a name"),
    ],
)
def test_contradicting_aliases_are_refused(aliases: dict[str, str], message: str) -> None:
    """Chains, two channels for one alias and empty names are refused, with what to change."""
    with pytest.raises(ValueError, match=message):
        tenant(channel_aliases=aliases)
