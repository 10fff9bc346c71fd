"""The ledger of one company: takes facts in the order they arrive and decides, once for each fact."""

from collections.abc import Iterator
from datetime import datetime

from schemas.relay import accounts, slots
from schemas.relay.booking import book
from schemas.relay.entries import PERSON, Entry, Record, transfer
from schemas.relay.facts import (
    ApplicationStep,
    CandidateErased,
    CandidateOffered,
    CandidatesMerged,
    Clicked,
    ConsentWithdrawn,
    Fact,
    Invited,
    PoliciesSet,
    Registered,
    SlotClaim,
    Tick,
    Withheld,
)
from schemas.relay.state import Person, RelayApplication, State
from schemas.relay.verdict import PersonVerdict, candidates_of, judge_person

# Reasons that can end because another person counts through another link, or no longer.
LIMITS = frozenset({"duplicate", "link_used", "device", "cap"})


def accept(state: State, fact: Fact, recorded: datetime) -> Record | None:
    """Take a fact and decide; None if it was taken before, or if time passed and nothing expired."""
    if fact.id in state.seen:
        return None
    if isinstance(fact, Tick):
        return _tick(state, fact, recorded)
    state.note(fact)
    return _record(state, fact, recorded, tuple(_decide(state, fact)))


def restore(state: State, record: Record) -> None:
    """Take a record of this ledger again: its fact and its entries, without deciding anew."""
    state.note(record.fact)
    for entry in record.entries:
        book(state, entry)


def _tick(state: State, fact: Tick, recorded: datetime) -> Record | None:
    entries = tuple(slots.expire(state, state.day(fact.at)))
    if not entries:
        return None
    state.note(fact)
    return _record(state, fact, recorded, entries)


def _record(state: State, fact: Fact, recorded: datetime, entries: tuple[Entry, ...]) -> Record:
    return Record(
        tenant=state.tenant,
        seq=state.seq,
        recorded=recorded,
        day=state.day(fact.at),
        fact=fact,
        entries=entries,
    )


def _decide(state: State, fact: Fact) -> Iterator[Entry]:
    for entry in _announce(state, fact):
        book(state, entry)
        yield entry
    pending = _concerned(state, fact)
    while pending:  # a freed place goes to whoever comes first by the key of the person
        name = min(pending)
        pending.discard(name)
        change = _change(state.persons[name], judge_person(state, state.persons[name]))
        if change is not None:
            book(state, change)
            yield change
            if change.kind in {"revoked", "reclassified"}:
                pending |= (_blocked(state) | _unverified(state)) - {name}
    yield from slots.grant(state)
    for number in _concerned_slots(state, fact):
        yield from slots.settle(state, number)
    yield from slots.withdraw(state)


def _announce(state: State, fact: Fact) -> Iterator[Entry]:
    """Entries that only state what happened; funnels count them."""
    if isinstance(fact, ApplicationStep):
        application = state.applications[fact.application]
        is_rejected = application.step_at(None) == "rejected"
        if is_rejected != (application.eligible is not None):
            yield _eligibility(state, application)
    elif isinstance(fact, Invited) and state.invitations[fact.token_id] is fact:
        yield _with_origin(state, Entry(kind="invited", scope=fact.scope), fact)
        for _ in range(_early_registrations(state, fact)):
            yield _with_origin(state, Entry(kind="registered", scope=fact.scope), fact)
    elif isinstance(fact, Withheld):
        origin = state.applications.get(fact.application) or RelayApplication(id=fact.application)
        yield _of_application("withheld", origin)
    elif isinstance(fact, Clicked | Registered):
        yield from _use_of_link(state, fact)
    elif isinstance(fact, CandidateOffered) and state.offers[fact.slot][fact.offer_id] == fact.id:
        yield Entry(kind="offered", slot=fact.slot, job=fact.job)


def _eligibility(state: State, application: RelayApplication) -> Entry:
    """The entry of a rejection with its factor, or the one that takes it back as it was booked."""
    standing = application.standing(None)
    if application.eligible is not None or standing is None:
        booked = application.eligible or Entry(kind="ineligible")
        update = {"factor": booked.factor, "day": booked.day}
        return _of_application("ineligible", application).model_copy(update=update)
    at, name, _ = standing
    update = {"factor": application.factors.get(name), "day": state.day(at)}
    return _of_application("eligible", application).model_copy(update=update)


def _use_of_link(state: State, fact: Clicked | Registered) -> Iterator[Entry]:
    """A first click, or a registration, of a link that is known."""
    invitation = state.invitations.get(fact.token_id)
    if invitation is None:
        return
    if isinstance(fact, Registered):
        if state.registrations[fact.registration] is not fact:
            return
        yield _with_origin(state, Entry(kind="registered", scope=invitation.scope), invitation)
    elif invitation.scope == "tenant" or invitation.invitation not in state.clicked:
        yield _with_origin(state, Entry(kind="clicked", scope=invitation.scope), invitation)


def _early_registrations(state: State, invitation: Invited) -> int:
    """How many registrations arrived before their invitation."""
    persons = (state.persons[name] for name in state.persons_on.get(invitation.token_id, ()))
    return sum(
        registration.token_id == invitation.token_id
        for person in persons
        for registration in person.registrations
    )


def _of_application(kind: str, application: RelayApplication) -> Entry:
    return Entry.model_validate(
        {
            "kind": kind,
            "application": application.id,
            "job": application.job,
            "channel": application.channel,
        }
    )


def _with_origin(state: State, entry: Entry, invitation: Invited) -> Entry:
    """The entry with the invitation, and the job and channel that it came from."""
    application = state.applications.get(invitation.application or "")
    origin = {
        "invitation": invitation.invitation,
        "application": invitation.application,
        "job": None if application is None else application.job,
        "channel": None if application is None else application.channel,
    }
    return entry.model_copy(update=origin)


def _concerned(state: State, fact: Fact) -> set[str]:
    """The persons whose verdict the fact can change."""
    persons: set[str] = set()
    match fact:
        case Registered():
            persons = {fact.person}
        case Invited():
            persons = set(state.persons_on.get(fact.token_id, ()))
        case ApplicationStep():
            persons = _of_applications(state, {fact.application})
            persons |= _blocked(state) if fact.step == "rejected" and _is_capped(state) else set()
        case CandidatesMerged():
            persons = _of_candidates(state, candidates_of(state, state.root(fact.winner, None)))
        case CandidateErased():
            persons = _of_candidates(state, {fact.candidate})
        case ConsentWithdrawn() if fact.registration in state.registrations:
            persons = {state.registrations[fact.registration].person}
        case PoliciesSet():
            persons = {name for name, person in state.persons.items() if not person.counted}
    return persons


def _of_candidates(state: State, candidates: set[str]) -> set[str]:
    return _of_applications(
        state, {name for one in candidates for name in state.applications_of.get(one, ())}
    )


def _of_applications(state: State, applications: set[str]) -> set[str]:
    tokens = {token for name in applications for token in state.tokens_of.get(name, ())}
    return {person for token in tokens for person in state.persons_on.get(token, ())}


def _blocked(state: State) -> set[str]:
    """The persons who may count once others count no longer: any of several registrations may be the one that is blocked."""
    waiting = [state.persons[name] for name in state.waiting]
    return {
        person.id for person in waiting if person.reason in LIMITS or len(person.registrations) > 1
    }


def _unverified(state: State) -> set[str]:
    """The persons who count through the company's link and registered again: a free place may verify one of them."""
    return {
        person.id
        for person in state.persons.values()
        if person.counted and person.scope == "tenant" and len(person.registrations) > 1
    }


def _is_capped(state: State) -> bool:
    return any(policy.unverified_per_rejection is not None for policy in state.policies)


def _concerned_slots(state: State, fact: Fact) -> list[int]:
    """The slots to settle: of a claim its own first, then those that wait for the hire of the same application."""
    if isinstance(fact, SlotClaim):
        hires = {claim.application for claim in state.claims[fact.slot]} - {None}
    elif isinstance(fact, ApplicationStep):
        hires = {fact.application}
    else:
        return []
    waiting = [
        number
        for number, claims in sorted(state.claims.items())
        if any(claim.application in hires for claim in claims)
    ]
    return list(dict.fromkeys([fact.slot, *waiting])) if isinstance(fact, SlotClaim) else waiting


def _change(person: Person, verdict: PersonVerdict) -> Entry | None:
    """The entry that brings a person to where the verdict says; a person who waits stays as judged before."""
    if verdict.state == "waits":
        return None
    if verdict.state == "counts" and verdict.invitation is not None:
        if not person.counted:
            return _count(person, verdict, verdict.invitation)
        is_same = person.via == verdict.invitation.invitation
        return None if is_same else _reclassify(person, verdict.invitation)
    if person.counted:
        return _revoke(person, verdict)
    return None if person.reason == verdict.reason else _void(person, verdict)


def _count(person: Person, verdict: PersonVerdict, invitation: Invited) -> Entry:
    source = accounts.WORLD if person.reason is None else accounts.void(person.reason)
    return Entry(
        kind="counted",
        person=person.id,
        scope=invitation.scope,
        invitation=invitation.invitation,
        application=invitation.application,
        at=verdict.at,
        reason=person.reason,
        postings=transfer(source, accounts.progress(invitation.scope), 1, PERSON),
    )


def _reclassify(person: Person, invitation: Invited) -> Entry:
    """Count a person through another link from now on."""
    return Entry(
        kind="reclassified",
        person=person.id,
        scope=invitation.scope,
        invitation=invitation.invitation,
        application=invitation.application,
        postings=transfer(
            accounts.progress(person.scope), accounts.progress(invitation.scope), 1, PERSON
        ),
    )


def _void(person: Person, verdict: PersonVerdict) -> Entry:
    reason = verdict.reason or "ineligible"
    source = accounts.WORLD if person.reason is None else accounts.void(person.reason)
    return Entry(
        kind="voided",
        person=person.id,
        reason=reason,
        postings=transfer(source, accounts.void(reason), 1, PERSON),
    )


def _revoke(person: Person, verdict: PersonVerdict) -> Entry:
    """Take back a counted person; `slots.withdraw` revokes a slot if the others do not suffice for it."""
    reason = verdict.reason or "ineligible"
    return Entry(
        kind="revoked",
        person=person.id,
        scope=person.scope,
        reason=reason,
        postings=transfer(accounts.progress(person.scope), accounts.void(reason), 1, PERSON),
    )
