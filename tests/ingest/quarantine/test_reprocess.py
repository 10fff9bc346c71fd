"""A delivery that was set aside counts after the repair, under the ids it would have had; never before."""

from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import Condition, Malformed, Unauthentic
from schemas.events.envelope import short
from schemas.kafka.quarantine import SetAside
from streams.ingest.delivery import IncomingRequest, translate
from streams.ingest.quarantine import encryption
from streams.ingest.quarantine.reprocess import reopened, retold
from streams.ingest.replay_guard import ReplayGuard
from tests.fakes import NOON
from tests.ingest import gateways

FOLDER = Path(__file__).parents[2] / "vendors"
MOVE = gateways.fixture(FOLDER / "greenhouse/candidate_stage_change.json")
CONFIGURATION = gateways.configuration()


def arrival(delivery: gateways.Fixture, connection: str, **changes: str) -> IncomingRequest:
    """A delivery at a door, signed with the door's secret."""
    body, headers = gateways.signed(delivery, secret=changes.pop("secret", None))
    return IncomingRequest(
        id="d",
        vendor=gateways.vendor(delivery.vendor),
        door=CONFIGURATION.doors[delivery.vendor, connection],
        headers=gateways.lower(headers),
        body=body,
        at=NOON,
        **changes,
    )


def kept(came: IncomingRequest, why: Condition) -> SetAside:
    """The entry of a delivery that was set aside."""
    return encryption.set_aside(came.door, came.kept, came.body, why, came.context)


def test_what_is_understood_now_has_the_ids_it_would_have_had() -> None:
    """A replay repeats what the door would have said."""
    came = arrival(MOVE, "acme-greenhouse")
    entry = kept(came, Malformed("unmapped_event", "x"))
    told = retold(entry, reopened(entry, CONFIGURATION), ReplayGuard())

    assert told.events == translate(came).events


@pytest.mark.parametrize("reason", ["bad_signature", "pending_secret"])
def test_what_nobody_vouched_for_needs_a_secret(reason: str) -> None:
    """The right secret, once configured, opens what was kept; a wrong one still does not."""
    right = arrival(MOVE, "acme-lenient")
    wrong = arrival(MOVE, "acme-lenient", secret="another secret than ours")
    for came, understood in ((right, True), (wrong, False)):
        entry = kept(came, Malformed(reason, "x"))
        opened = reopened(entry, CONFIGURATION)
        if understood:
            assert retold(entry, opened, ReplayGuard()).events
        else:
            with pytest.raises(Unauthentic):
                retold(entry, opened, ReplayGuard())


def test_a_connection_without_a_secret_opens_nothing() -> None:
    """As long as the vendor has shown none."""
    came = arrival(MOVE, "acme-pending", secret="who knows")
    entry = kept(came, Malformed("pending_secret", "x"))

    with pytest.raises(Malformed, match="no secret"):
        retold(entry, reopened(entry, CONFIGURATION), ReplayGuard())


def test_the_last_part_of_the_address_is_kept_sealed() -> None:
    """Where it is a secret, a replay asks for it as the door does."""
    hired = gateways.fixture(FOLDER / "lever/candidateHired.json")
    for key, understood in (("an-address-key", True), ("", False)):
        came = arrival(hired, "acme-lever-locked", address_key=key)
        entry = kept(came, Unauthentic("bad_signature", "x"))
        assert "an-address-key" not in entry.model_dump_json()
        opened = reopened(entry, CONFIGURATION)
        assert opened.headers == came.headers
        if understood:
            assert retold(entry, opened, ReplayGuard()).events
        else:
            with pytest.raises(Unauthentic):
                retold(entry, opened, ReplayGuard())


def test_a_part_that_was_accepted_is_corrected() -> None:
    """What is understood now of an event that was accepted then is told under an id of its own, always the same."""
    came = arrival(MOVE, "acme-greenhouse")
    entry = kept(came, Malformed("unmapped_value", "x")).model_copy(update={"part": True})
    opened = reopened(entry, CONFIGURATION)
    first, again = (retold(entry, opened, ReplayGuard()).events for _ in range(2))
    accepted = translate(came).events

    assert first == again
    assert first[: len(accepted)] == accepted
    assert {short(event.type) for event in first[len(accepted) :]} == {"application.updated"}
    assert len({event.id for event in first}) == len(first)


def test_an_entry_of_a_connection_that_is_gone() -> None:
    """It says so."""
    entry = kept(arrival(MOVE, "acme-greenhouse"), Malformed("not_json", "x"))
    gone = replace(CONFIGURATION, doors={})

    with pytest.raises(Malformed, match="not configured"):
        reopened(entry, gone)
