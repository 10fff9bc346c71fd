"""What a person is known by survives every rotation of the key."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.events.context import RelayRegistration
from schemas.events.envelope import full_type
from schemas.events.packs import encode
from schemas.privacy.packs import events_of
from schemas.privacy.person_ids import PersonKeys, generation, key_id
from schemas.privacy.rekeying import Rekeying

KEYS = st.lists(st.binary(min_size=16, max_size=32), min_size=1, max_size=4, unique=True)
ADDRESSES = st.text(min_size=1, max_size=30)


@given(KEYS, st.data(), ADDRESSES)
def test_an_id_can_be_brought_under_every_later_key(
    keys: list[bytes], data: Any, address: str
) -> None:
    """An id that was made when there were fewer keys becomes what all of them make of the address, once and for good."""
    early = PersonKeys(tuple(keys[: data.draw(st.integers(1, len(keys)))]))
    now = PersonKeys(tuple(keys))

    upgraded = now.upgraded(early.id_of(address))

    assert upgraded == now.id_of(address)
    assert now.upgraded(upgraded) == upgraded
    RelayRegistration(registration_id="r", token_id="t", person=upgraded)  # of an accepted shape
    assert generation(upgraded) == now.generation == ("" if len(keys) == 1 else key_id(keys[-1]))


@given(KEYS, ADDRESSES, ADDRESSES)
def test_people_stay_apart_and_one_person_stays_one(
    keys: list[bytes], one: str, other: str
) -> None:
    """Addresses that are equal after normalisation have one id, others have two."""
    now = PersonKeys(tuple(keys))

    assert (now.id_of(one) == now.id_of(f" {one}\u3000")) and len(now.id_of(one)) in {32, 40}
    if one.strip().casefold() != other.strip().casefold():
        assert now.id_of(one) != now.id_of(other) or one.isspace() or other.isspace()


def test_what_no_key_has_made_is_left_alone() -> None:
    """An id of a system, one under a key that is not listed, and one of another length have no newer id."""
    now, other = PersonKeys((b"1" * 16, b"2" * 16)), PersonKeys((b"1" * 16, b"3" * 16))

    for id_ in ("4711", "g" * 32, "e" * 64, other.id_of("a@example.com")):
        assert now.upgraded(id_) is None


def log(keys: PersonKeys, addresses: list[str]) -> bytes:
    """What a gateway with these keys writes about people: applications from a system without ids, and registrations."""
    events = []
    for number, address in enumerate(addresses):
        id_ = keys.id_of(address)
        application = {"id": f"a{number}", "candidate_id": id_}
        events += [
            _event("workable", "application.created", application=application),
            _event("careerrelay", "relay.registered", registration_id=f"r{number}", person=id_),
            _event("greenhouse", "candidate.updated", candidate_id="f" * 32),
        ]
    return encode([json.dumps(event).encode() for event in events])


def _event(vendor: str, name: str, **data: Any) -> dict[str, Any]:
    source = f"urn:ats:{vendor}:aoba:c"
    return {"tenant": "aoba", "source": source, "type": full_type(name), "data": data}


def rekeyed(value: bytes, keys: PersonKeys) -> Rekeying:
    """A rewriting that knows the log."""
    rekeying = Rekeying("aoba", keys, lambda event: ":workable:" in str(event["source"]))
    for event in events_of(value, "aoba"):
        rekeying.note(event)
    return rekeying


@given(KEYS, st.data(), st.lists(ADDRESSES, max_size=4))
def test_a_rewritten_log_is_the_one_that_the_new_key_would_have_written(
    keys: list[bytes], data: Any, addresses: list[str]
) -> None:
    """So whoever returns after the rotation is the same person, a second rewriting changes nothing, and others keep their bytes."""
    early = PersonKeys(tuple(keys[: data.draw(st.integers(1, len(keys)))]))
    now = PersonKeys(tuple(keys))
    before = log(early, addresses)

    after = rekeyed(before, now).in_pack(before)

    assert list(events_of(after, "aoba")) == list(events_of(log(now, addresses), "aoba"))
    again = rekeyed(after, now)
    assert again.in_pack(after) == after and not again.new and not again.unknown
    assert rekeyed(before, now).in_pack(before.replace(b'"aoba"', b'"brw"')) == before.replace(
        b'"aoba"', b'"brw"'
    )


def test_the_ledger_moves_with_the_events() -> None:
    """A person, several persons and a hashed candidate have their new ids in the relay's ledger."""
    early, now = PersonKeys((b"1" * 16,)), PersonKeys((b"1" * 16, b"2" * 16))
    rekeying = rekeyed(log(early, ["a@example.com", "b@example.com"]), now)
    old, new = [
        {
            "tenant": "aoba",
            "entries": [
                {"person": keys.id_of("a@example.com"), "candidate": keys.id_of("b@example.com")},
                {"persons": [keys.id_of("b@example.com"), "e" * 64]},
            ],
        }
        for keys in (early, now)
    ]

    assert json.loads(rekeying.in_ledger(json.dumps(old).encode())) == new
    other = json.dumps(old | {"tenant": "brightwater"}).encode()
    assert rekeying.in_ledger(other) == other
    assert rekeying.generations() == {"": 4}
