"""Decides about slots: a grant at every tenth person, and the way from granted to redeemed or expired."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from schemas.relay import accounts, worth
from schemas.relay.booking import book
from schemas.relay.entries import PERSON, SLOT, Entry, EntryKind, Posting
from schemas.relay.facts import SlotClaim
from schemas.relay.policy import PERSONS_PER_SLOT
from schemas.relay.state import Person, Slot, SlotState, State

# The way between any two states that a slot can be brought to.
WAY: tuple[SlotState, ...] = ("expired", "open", "reserved", "redeemed")
FORWARD: dict[SlotState, EntryKind] = {
    "open": "reinstated",
    "reserved": "reserved",
    "redeemed": "redeemed",
}
BACK: dict[SlotState, EntryKind] = {
    "expired": "expired",
    "open": "released",
    "reserved": "redemption_reversed",
}
ACCOUNTS: dict[SlotState, str] = {
    "expired": accounts.EXPIRED,
    "open": accounts.OPEN,
    "reserved": accounts.RESERVED,
    "redeemed": accounts.REDEEMED,
}


def grant(state: State) -> Iterator[Entry]:
    """Grant a slot for every ten persons of the progress; the earliest counted come first. Claims that wait apply at once."""
    while accounts.total(state.balances, accounts.PROGRESS, PERSON) >= PERSONS_PER_SLOT:
        entry = _grant(state)
        book(state, entry)
        yield entry
        yield from settle(state, entry.slot or 0)


def _grant(state: State) -> Entry:
    waiting = sorted((state.persons[name] for name in state.queue), key=lambda p: p.order)
    ten = waiting[:PERSONS_PER_SLOT]
    moments = [person.at for person in ten if person.at is not None]
    moment, number = max(moments), len(state.slots) + 1
    policy = state.policy_at(moment)
    value = worth.expected_value(state, policy, moment)
    days = policy.slot_days
    return Entry(
        kind="granted",
        slot=number,
        persons=tuple(person.id for person in ten),
        at=moment,
        value=value,
        due=None if days is None else state.day(moment) + timedelta(days=days),
        postings=(
            *accounts.persons_into_slot(_verified(ten)),
            *accounts.move_slot(accounts.WORLD, accounts.OPEN),
            *worth.accrual(value, policy, state.currency),
        ),
    )


def _verified(persons: list[Person]) -> int:
    return sum(person.scope == "candidate" for person in persons)


def withdraw(state: State) -> Iterator[Entry]:
    """Revoke open slots, the newest first, until the persons who still count suffice for the others."""
    while accounts.total(state.balances, accounts.PROGRESS, PERSON) < 0:
        unused = [slot for slot in state.slots.values() if slot.state == "open"]
        if not unused:
            return
        entry = _revoke(unused[-1])
        book(state, entry)
        yield entry


def _revoke(slot: Slot) -> Entry:
    """Take back an open slot: its grant is reversed, and its persons return to the progress."""
    granted = tuple(posting for posting in slot.entry.postings if posting.unit != SLOT)
    postings = accounts.move_slot(accounts.OPEN, accounts.REVOKED)
    return Entry(
        kind="slot_revoked",
        slot=slot.number,
        postings=(*accounts.reverse(granted), *postings),
    )


def _accrued(slot: Slot) -> tuple[Posting, ...]:
    units = {posting.unit for posting in slot.entry.postings if posting.account == accounts.ACCRUED}
    return tuple(posting for posting in slot.entry.postings if posting.unit in units)


def expire(state: State, today: date) -> Iterator[Entry]:
    """Expire the open slots that are due."""
    for slot in list(state.slots.values()):
        if slot.state == "open" and slot.entry.due is not None and slot.entry.due <= today:
            yield from _walk(state, slot, "expired", None)


def settle(state: State, number: int) -> Iterator[Entry]:
    """Bring a slot to where its claims and hires say it stands."""
    slot = state.slots.get(number)
    if slot is None or slot.state == "revoked":
        return
    claim = _latest_claim(state, slot)
    target = _target(state, slot, claim)
    if _differs(slot, claim, target):
        yield from _walk(state, slot, "open", None)
    yield from _walk(state, slot, target, claim)


def _latest_claim(state: State, slot: Slot) -> SlotClaim | None:
    """The latest claim; after the slot was due only a slot that was in use by then can still be redeemed or released."""
    claims, due = state.claims.get(slot.number, []), slot.entry.due
    if due is not None:
        in_time = [claim for claim in claims if state.day(claim.at) < due]
        was_used = bool(in_time) and in_time[-1].claim != "release"
        claims = [c for c in claims if c.claim != "reserve"] if was_used else []
        claims = sorted((*in_time, *(c for c in claims if c not in in_time)), key=_order)
    return claims[-1] if claims else None


def _order(claim: SlotClaim) -> tuple[datetime, str]:
    return claim.at, claim.id


def _target(state: State, slot: Slot, claim: SlotClaim | None) -> SlotState:
    if claim is None or claim.claim == "release":
        return "expired" if slot.state == "expired" else "open"
    if claim.claim == "reserve" or claim.application is None:
        return "reserved"
    application = state.applications.get(claim.application)
    is_hired = application is not None and application.step_at(None) == "hired"
    is_free = all(
        other.application != claim.application or other.number == slot.number
        for other in state.slots.values()
    )
    return "redeemed" if is_hired and is_free else "reserved"


def _differs(slot: Slot, claim: SlotClaim | None, target: SlotState) -> bool:
    """Whether the slot is in use for another job or hire than the claim says."""
    if claim is None or slot.state not in {"reserved", "redeemed"}:
        return False
    other_hire = slot.state == "redeemed" and slot.application != claim.application
    other_job = claim.job is not None and slot.job != claim.job
    return target in {"reserved", "redeemed"} and (other_hire or other_job)


def _walk(state: State, slot: Slot, target: SlotState, claim: SlotClaim | None) -> Iterator[Entry]:
    while slot.state != target:
        here, there = WAY.index(slot.state), WAY.index(target)
        following = WAY[here + (1 if there > here else -1)]
        kind = FORWARD[following] if there > here else BACK[following]
        entry = _step(state, slot, kind, following, claim)
        book(state, entry)
        yield entry


def _step(
    state: State, slot: Slot, kind: EntryKind, following: SlotState, claim: SlotClaim | None
) -> Entry:
    postings = accounts.move_slot(ACCOUNTS[slot.state], ACCOUNTS[following])
    if kind == "redeemed" and claim is not None:
        amount, currency = worth.recovered_value(state, slot, claim)
        postings += accounts.reverse(_accrued(slot))
        postings += worth.recovery(amount, slot.policy, currency)
    elif kind == "redemption_reversed" and slot.redemption is not None:
        money = slot.redemption.postings
        postings += accounts.reverse(tuple(p for p in money if p.unit != postings[0].unit))
    elif kind == "expired":
        postings += accounts.reverse(_accrued(slot))
    elif kind == "reinstated":
        postings += _accrued(slot)
    return Entry(
        kind=kind,
        slot=slot.number,
        job=_job(state, slot, kind, claim),
        application=None if claim is None else claim.application,
        postings=postings,
    )


def _job(state: State, slot: Slot, kind: EntryKind, claim: SlotClaim | None) -> str | None:
    """The job of a slot: that of the claim, else the latest one that any claim has named."""
    if kind == "released":
        return None
    jobs = [other.job for other in state.claims.get(slot.number, ()) if other.job is not None]
    if claim is not None and claim.job is not None:
        return claim.job
    return slot.job or (jobs[-1] if jobs else None)
