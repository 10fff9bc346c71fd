"""Whether a registration counts: a pure function of the facts, judged as of the moment at which it could count.

Facts are judged by when they happened and not by when they arrived, so their order of arrival changes nothing. Only limits
(one person per link, persons per device, the cap of the company-wide link) go by the order in which persons were counted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from schemas.relay import accounts
from schemas.relay.entries import PERSON, VoidReason
from schemas.relay.facts import Invited, Registered, Scope
from schemas.relay.policy import RelayPolicy
from schemas.relay.state import Person, RelayApplication, State


@dataclass(frozen=True)
class PersonVerdict:
    """Whether a registration counts, does not (`reason`), or waits for its invitation or rejection."""

    state: Literal["counts", "void", "waits"]
    reason: VoidReason | None = None
    invitation: Invited | None = None
    at: datetime | None = None

    @property
    def scope(self) -> Scope:
        """The scope of the link."""
        return "tenant" if self.invitation is None else self.invitation.scope


WAITS = PersonVerdict("waits")


@dataclass(frozen=True, kw_only=True)
class _Case:
    """One registration with what it is judged by; `moment` is when it could count."""

    person: Person
    registration: Registered
    invitation: Invited
    application: RelayApplication | None
    policy: RelayPolicy
    moment: datetime

    @property
    def counts_already(self) -> bool:
        """Whether the person counts through this very link, and so keeps the place."""
        return self.person.counted and self.person.via == self.invitation.invitation


def judge_person(state: State, person: Person) -> PersonVerdict:
    """The verdict on a person: as counted so far, else a verified registration, one that counts, or the first that does not."""
    verdicts = [_judge(state, person, registration) for registration in person.registrations]
    counting = [verdict for verdict in verdicts if verdict.state == "counts"]
    verified = [verdict for verdict in counting if verdict.scope == "candidate"]
    so_far = [v for v in verified if v.invitation and v.invitation.invitation == person.via]
    void = [verdict for verdict in verdicts if verdict.state == "void"]
    return (*so_far, *verified, *counting, *void, WAITS)[0]


def _judge(state: State, person: Person, registration: Registered) -> PersonVerdict:
    invitation = state.invitations.get(registration.token_id)
    if invitation is None or not state.policies:
        return WAITS
    moment = max(registration.at, invitation.at)
    application = state.applications.get(invitation.application or "")
    if invitation.scope == "candidate":
        if application is None or not application.steps:
            return WAITS
        rejected = application.first("rejected")
        if rejected is None:
            return _never_rejected(application)
        moment = max(moment, rejected)
    # Whoever counts stays under the policy of the count.
    kept = person.policy if person.counted else None
    return _check(
        state,
        _Case(
            person=person,
            registration=registration,
            invitation=invitation,
            application=application if invitation.scope == "candidate" else None,
            policy=kept or state.policy_at(moment),
            moment=moment,
        ),
    )


def _check(state: State, case: _Case) -> PersonVerdict:
    for check in CHECKS:
        reason = check(state, case)
        if reason is not None:
            return PersonVerdict("void", reason)
    return PersonVerdict("counts", invitation=case.invitation, at=case.moment)


def _never_rejected(application: RelayApplication) -> PersonVerdict:
    """Whoever was hired or withdrew was not rejected; anybody else may still be."""
    steps = {step for _, _, step in application.steps}
    if "hired" in steps:
        return PersonVerdict("void", "employee")
    return PersonVerdict("void", "ineligible") if steps & {"withdrawn", "closed"} else WAITS


def _own_fault(state: State, case: _Case) -> VoidReason | None:
    """What is wrong with the registration itself."""
    registration, invitation = case.registration, case.invitation
    expires = invitation.expires or invitation.at + timedelta(days=case.policy.link_days)
    if registration.at >= expires:
        return "expired_link"
    if registration.consent is None:
        return "no_consent"
    withdrawn = state.withdrawn.get(registration.registration)
    if withdrawn is not None and (case.policy.withdrawn == "revoke" or withdrawn <= case.moment):
        return "consent_withdrawn"
    return next(iter(sorted(registration.flags)), None)


def _fault_of_rejection(state: State, case: _Case) -> VoidReason | None:
    """What is wrong with the rejection that a candidate's link was issued for."""
    application, policy = case.application, case.policy
    if application is None:
        return None
    step = application.step_at(case.moment)
    if step != "rejected":
        return "employee" if step == "hired" else "ineligible"
    if policy.undone == "revoke" and application.step_at(None) != "rejected":
        return "undone"
    is_erased = application.is_deleted or application.candidate in state.erased
    return "erased" if is_erased and policy.erased == "revoke" else None


def _link_used(state: State, case: _Case) -> VoidReason | None:
    """Whether another person counts through this candidate's link."""
    if case.application is None or case.counts_already:
        return None
    others = state.persons_on.get(case.registration.token_id, set())
    used = any(_counts_through(state.persons[other], case.invitation) for other in others)
    return "link_used" if used else None


def _counts_through(person: Person, invitation: Invited) -> bool:
    return person.counted and person.via == invitation.invitation


def _duplicate(state: State, case: _Case) -> VoidReason | None:
    """Whether another person counts for the same candidate, by merges that count under the policy; the earlier one stays."""
    if case.application is None or case.application.candidate is None:
        return None
    until = case.moment if case.policy.merged == "keep" else None
    candidate = state.root(case.application.candidate, until)
    for other in _counted_for(state, candidate, until):
        if other.id != case.person.id and (
            not case.counts_already or other.verified < case.person.verified
        ):
            return "duplicate"
    return None


def candidates_of(state: State, root: str) -> set[str]:
    """All candidates that were merged into one, and itself."""
    gathered, pending = set[str](), [root]
    while pending:
        candidate = pending.pop()
        if candidate not in gathered:
            gathered.add(candidate)
            pending += state.merged_from.get(candidate, ())
    return gathered


def _counted_for(state: State, root: str, until: datetime | None) -> Iterator[Person]:
    """The persons who count through a link of the candidate or of one that is the same."""
    for candidate in candidates_of(state, root):
        if state.root(candidate, until) != root:
            continue
        for application in state.applications_of.get(candidate, ()):
            for token_id in state.tokens_of.get(application, ()):
                for name in state.persons_on.get(token_id, ()):
                    if _counts_through(state.persons[name], state.invitations[token_id]):
                        yield state.persons[name]


def _cap(state: State, case: _Case) -> VoidReason | None:
    """Whether the company-wide link has counted as many persons as it may."""
    percent = case.policy.unverified_per_rejection
    if percent is None or case.application is not None or case.counts_already:
        return None
    counted = accounts.total(state.balances, accounts.progress("tenant"), PERSON)
    counted += accounts.total(state.balances, accounts.in_slots("tenant"), PERSON)
    return "cap" if (counted + 1) * 100 > percent * state.eligible else None


def _device(state: State, case: _Case) -> VoidReason | None:
    """Whether enough persons count from the same device."""
    device = case.registration.device
    if device is None or case.counts_already:
        return None
    sharing = state.persons_by_device[device] - {case.person.id}
    counted = sum(state.persons[other].counted for other in sharing)
    return "device" if counted >= case.policy.persons_per_device else None


CHECKS: tuple[Callable[[State, _Case], VoidReason | None], ...] = (
    _own_fault,
    _fault_of_rejection,
    _link_used,
    _duplicate,
    _cap,
    _device,
)
