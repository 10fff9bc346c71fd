"""A quarantined delivery is reprocessed with its original event ids, and only after the repair."""

from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import Condition, Malformed, Unauthentic
from schemas.events.envelope import short_type
from schemas.kafka.quarantine import QuarantineEntry
from streams.ingest.incoming_request import IncomingRequest, translate
from streams.ingest.quarantine import encryption
from streams.ingest.quarantine.reprocess import restore_request, retranslate
from streams.ingest.replay_guard import ReplayGuard
from tests.fakes import NOON
from tests.ingest import gateways

FOLDER = Path(__file__).parents[2] / "vendors"
MOVE = gateways.fixture(FOLDER / "greenhouse/candidate_stage_change.json")
CONFIGURATION = gateways.configuration()


def incoming_request(
    delivery: gateways.Fixture, connection: str, **changes: str
) -> IncomingRequest:
    """A delivery on a connection, signed with the connection's secret."""
    body, headers = gateways.signed(delivery, secret=changes.pop("secret", None))
    return IncomingRequest(
        id="d",
        vendor=gateways.vendor(delivery.vendor),
        resolved=CONFIGURATION.connections[delivery.vendor, connection],
        headers=gateways.lower(headers),
        body=body,
        at=NOON,
        **changes,
    )


def quarantine_entry(request: IncomingRequest, condition: Condition) -> QuarantineEntry:
    """The quarantine entry of a request."""
    return encryption.quarantine_entry(
        request.resolved, request.stored_headers, request.body, condition, request.context
    )


def test_reprocessed_events_keep_their_ids() -> None:
    """A replay yields the events of the original translation."""
    request = incoming_request(MOVE, "acme-greenhouse")
    entry = quarantine_entry(request, Malformed("unmapped_event", "x"))
    translation = retranslate(entry, restore_request(entry, CONFIGURATION), ReplayGuard(), NOON)

    assert translation.events == translate(request).events


@pytest.mark.parametrize("reason", ["bad_signature", "pending_secret"])
def test_an_unverified_delivery_needs_a_valid_secret(reason: str) -> None:
    """An unverified delivery is translated only if a configured secret verifies it."""
    right = incoming_request(MOVE, "acme-lenient")
    wrong = incoming_request(MOVE, "acme-lenient", secret="another secret than ours")
    for request, valid in ((right, True), (wrong, False)):
        entry = quarantine_entry(request, Malformed(reason, "x"))
        restored = restore_request(entry, CONFIGURATION)
        if valid:
            assert retranslate(entry, restored, ReplayGuard(), NOON).events
        else:
            with pytest.raises(Unauthentic):
                retranslate(entry, restored, ReplayGuard(), NOON)


def test_a_connection_without_a_secret_cannot_be_reprocessed() -> None:
    """Reprocessing fails until the vendor has issued a secret."""
    request = incoming_request(MOVE, "acme-pending", secret="who knows")
    entry = quarantine_entry(request, Malformed("pending_secret", "x"))

    with pytest.raises(Malformed, match="no secret"):
        retranslate(entry, restore_request(entry, CONFIGURATION), ReplayGuard(), NOON)


def test_the_address_key_is_stored_encrypted() -> None:
    """A replay checks the address key as a new delivery does, and the entry does not reveal it."""
    hired = gateways.fixture(FOLDER / "lever/candidateHired.json")
    for key, valid in (("an-address-key", True), ("", False)):
        request = incoming_request(hired, "acme-lever-locked", address_key=key)
        entry = quarantine_entry(request, Unauthentic("bad_signature", "x"))
        assert "an-address-key" not in entry.model_dump_json()
        restored = restore_request(entry, CONFIGURATION)
        assert restored.headers == request.headers
        if valid:
            assert retranslate(entry, restored, ReplayGuard(), NOON).events
        else:
            with pytest.raises(Unauthentic):
                retranslate(entry, restored, ReplayGuard(), NOON)


def test_a_partly_accepted_delivery_is_corrected() -> None:
    """Reprocessing adds an update event with a new, stable id for each event that was already accepted."""
    request = incoming_request(MOVE, "acme-greenhouse")
    entry = quarantine_entry(request, Malformed("unmapped_value", "x")).model_copy(
        update={"part": True}
    )
    restored = restore_request(entry, CONFIGURATION)
    first, again = (retranslate(entry, restored, ReplayGuard(), NOON).events for _ in range(2))
    accepted = translate(request).events

    assert first == again
    assert first[: len(accepted)] == accepted
    assert {short_type(event.type) for event in first[len(accepted) :]} == {"application.updated"}
    assert len({event.id for event in first}) == len(first)


def test_an_entry_of_a_removed_connection_is_refused() -> None:
    """An entry whose connection is no longer configured is refused."""
    entry = quarantine_entry(incoming_request(MOVE, "acme-greenhouse"), Malformed("not_json", "x"))
    without_connections = replace(CONFIGURATION, connections={})

    with pytest.raises(Malformed, match="not configured"):
        restore_request(entry, without_connections)
