"""Books an entry: the balances, and the standing of the persons and slots that it names."""

from schemas.relay import accounts
from schemas.relay.entries import Entry
from schemas.relay.state import Slot, SlotState, State

SLOT_STATES: dict[str, SlotState] = {
    "reserved": "reserved",
    "released": "open",
    "redeemed": "redeemed",
    "redemption_reversed": "reserved",
    "expired": "expired",
    "reinstated": "open",
    "slot_revoked": "revoked",
}


def book(state: State, entry: Entry) -> None:
    """Apply one entry to the state."""
    accounts.post(state.balances, entry.postings)
    if entry.person is not None:
        _book_person(state, entry, entry.person)
    if entry.kind == "granted":
        _book_grant(state, entry)
    elif entry.kind in SLOT_STATES:
        _book_slot(state, entry)
    elif entry.kind in {"eligible", "ineligible"} and entry.application is not None:
        standing = entry if entry.kind == "eligible" else None
        state.applications[entry.application].eligible = standing
        state.eligible += 1 if entry.kind == "eligible" else -1
    elif entry.kind == "clicked" and entry.invitation is not None:
        state.clicked.add(entry.invitation)


def _book_person(state: State, entry: Entry, person_id: str) -> None:
    person = state.persons[person_id]
    if entry.kind in {"counted", "reclassified"}:
        state.places += 1
        person.scope, person.via = entry.scope or "tenant", entry.invitation
        person.verified = state.places
    if entry.kind == "counted":
        person.counted, person.reason, person.order = True, None, state.places
        person.at = entry.at
        person.policy = None if entry.at is None else state.policy_at(entry.at)
        state.waiting.discard(person_id)
        if person.slot is None:
            state.queue.add(person_id)
    elif entry.kind in {"revoked", "voided"}:
        person.counted, person.reason, person.via = False, entry.reason, None
        state.queue.discard(person_id)
        state.waiting.add(person_id)


def _book_grant(state: State, entry: Entry) -> None:
    number = entry.slot or 0
    moment = entry.at
    if moment is None:
        msg = "a grant has an instant"
        raise ValueError(msg)
    state.slots[number] = Slot(number=number, entry=entry, policy=state.policy_at(moment))
    for person in entry.persons:
        state.persons[person].slot = number
    state.queue.difference_update(entry.persons)


def _book_slot(state: State, entry: Entry) -> None:
    slot = state.slots[entry.slot or 0]
    slot.state = SLOT_STATES[entry.kind]
    if entry.kind in {"reserved", "released"}:
        slot.job = entry.job
    elif entry.kind in {"redeemed", "redemption_reversed"}:
        slot.redemption = entry if entry.kind == "redeemed" else None
    elif entry.kind == "slot_revoked":
        _return_persons(state, slot)


def _return_persons(state: State, slot: Slot) -> None:
    """Return the ten of a revoked slot to the progress."""
    for name in slot.entry.persons:
        person = state.persons[name]
        person.slot = None
        if person.counted:
            state.queue.add(name)
