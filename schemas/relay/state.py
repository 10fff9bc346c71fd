"""What a company's ledger knows: the facts it has taken and the standing of persons and slots. It decides nothing."""

from bisect import insort
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from schemas.relay import accounts
from schemas.relay.entries import Entry, VoidReason
from schemas.relay.factors import Factor
from schemas.relay.facts import (
    AgencyFee,
    ApplicationStep,
    CandidateErased,
    CandidateOffered,
    CandidatesMerged,
    ConsentWithdrawn,
    Fact,
    Invited,
    PoliciesSet,
    Registered,
    RequirementRecorded,
    Scope,
    SlotClaim,
    Step,
    Withheld,
)
from schemas.relay.policy import RelayPolicy, policy_on

SlotState = Literal["open", "reserved", "redeemed", "expired", "revoked"]


@dataclass
class RelayApplication:
    """The steps of one application by time, what their reasons mean by their ids, and the entry that made it eligible."""

    id: str
    steps: list[tuple[datetime, str, Step]] = field(default_factory=list)
    candidate: str | None = None
    job: str | None = None
    channel: str | None = None
    factors: dict[str, Factor] = field(default_factory=dict)
    eligible: Entry | None = None

    def first(self, step: Step) -> datetime | None:
        """When the step happened first."""
        return next((at for at, _, name in self.steps if name == step), None)

    def step_at(self, moment: datetime | None) -> Step | None:
        """The step that stood at an instant, or stands now; deleting an application is none."""
        standing = self.standing(moment)
        return None if standing is None else standing[2]

    def standing(self, moment: datetime | None) -> tuple[datetime, str, Step] | None:
        """That step with its instant and id."""
        steps = (
            step
            for step in reversed(self.steps)
            if step[2] != "deleted" and (moment is None or step[0] <= moment)
        )
        return next(steps, None)

    @property
    def is_deleted(self) -> bool:
        """Whether it was deleted."""
        return any(step == "deleted" for _, _, step in self.steps)


@dataclass
class Person:
    """The standing of one person who registered; `policy` was in force at the moment of the count.

    `order` is the person's place among all who were counted; `via` is the invitation through which the person counts now,
    and `verified` the person's place among those who do so through a link of their own.

    `slot` is the slot that the person is one of the ten of, also after the person stopped counting: nobody is in two.
    """

    id: str
    counted: bool = False
    reason: VoidReason | None = None
    scope: Scope = "tenant"
    via: str | None = None
    at: datetime | None = None
    order: int = 0
    verified: int = 0
    slot: int | None = None
    policy: RelayPolicy | None = None
    registrations: list[Registered] = field(default_factory=list)


@dataclass
class Slot:
    """One slot with the terms under which it was granted."""

    number: int
    entry: Entry
    policy: RelayPolicy
    state: SlotState = "open"
    job: str | None = None
    redemption: Entry | None = None

    @property
    def application(self) -> str | None:
        """The application whose hire redeemed it."""
        return None if self.redemption is None else self.redemption.application


@dataclass
class State:
    """One company's state: `note` takes a fact, `book` an entry; both only record."""

    tenant: str
    seq: int = 0
    timezone: str = "UTC"
    currency: str = "JPY"
    policies: tuple[RelayPolicy, ...] = ()
    seen: set[str] = field(default_factory=set)
    applications: dict[str, RelayApplication] = field(default_factory=dict)
    applications_of: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    merges: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    merged_from: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    erased: set[str] = field(default_factory=set)
    invitations: dict[str, Invited] = field(default_factory=dict)
    tokens_of: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    withheld: set[str] = field(default_factory=set)
    clicked: set[str] = field(default_factory=set)
    registrations: dict[str, Registered] = field(default_factory=dict)
    persons_on: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    persons_by_device: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    withdrawn: dict[str, datetime] = field(default_factory=dict)
    eligible: int = 0
    persons: dict[str, Person] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    places: int = 0
    queue: set[str] = field(default_factory=set)
    slots: dict[int, Slot] = field(default_factory=dict)
    claims: defaultdict[int, list[SlotClaim]] = field(default_factory=lambda: defaultdict(list))
    offers: defaultdict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    fees: dict[str, AgencyFee] = field(default_factory=dict)
    requirements: dict[tuple[str, date], RequirementRecorded] = field(default_factory=dict)
    balances: accounts.Balances = field(default_factory=dict)

    def day(self, moment: datetime) -> date:
        """The company's local day."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def policy_at(self, moment: datetime) -> RelayPolicy:
        """The policy in force at an instant."""
        return policy_on(self.policies, self.day(moment))

    def root(self, candidate: str, until: datetime | None) -> str:
        """The candidate that this one was merged into, by merges up to an instant or by all of them."""
        passed = {candidate}
        while candidate in self.merges:
            winner, at = self.merges[candidate]
            if winner in passed or (until is not None and at > until):
                break
            passed.add(winner)
            candidate = winner
        return candidate

    def note(self, fact: Fact) -> None:
        """Take a fact that was not taken before."""
        self.seen.add(fact.id)
        self.seq += 1
        match fact:
            case ApplicationStep():
                self._note_step(fact)
            case Registered():
                self._note_registration(fact)
            case Invited():
                self._note_invitation(fact)
            case SlotClaim():
                insort(self.claims[fact.slot], fact, key=lambda claim: (claim.at, claim.id))
            case _:
                self._note_other(fact)

    def _note_other(self, fact: Fact) -> None:
        match fact:
            case PoliciesSet():
                self.policies, self.timezone = fact.policies, fact.timezone
                self.currency = fact.currency
            case CandidatesMerged():
                self.merges.setdefault(fact.loser, (fact.winner, fact.at))
                self.merged_from[fact.winner].add(fact.loser)
            case CandidateErased():
                self.erased.add(fact.candidate)
            case Withheld():
                self.withheld.add(fact.application)
            case ConsentWithdrawn():
                earlier = self.withdrawn.get(fact.registration, fact.at)
                self.withdrawn[fact.registration] = min(earlier, fact.at)
            case CandidateOffered():
                self.offers[fact.slot].setdefault(fact.offer_id, fact.id)
            case RequirementRecorded() | AgencyFee():
                self._note_version(fact)

    def _note_version(self, fact: RequirementRecorded | AgencyFee) -> None:
        """Keep the later version of a requirement by time, of a fee by its number."""
        if isinstance(fact, AgencyFee):
            fee = self.fees.get(fact.cost, fact)
            self.fees[fact.cost] = fact if fact.version >= fee.version else fee
        else:
            key = fact.job, fact.since
            version = self.requirements.get(key, fact)
            self.requirements[key] = fact if fact.at >= version.at else version

    def _note_step(self, fact: ApplicationStep) -> None:
        application = self.applications.setdefault(
            fact.application, RelayApplication(id=fact.application)
        )
        insort(application.steps, (fact.at, fact.id, fact.step))
        if fact.factor is not None:
            application.factors[fact.id] = fact.factor
        if fact.candidate not in {None, application.candidate}:
            self.applications_of[application.candidate or ""].discard(fact.application)
            application.candidate = fact.candidate
        application.job = fact.job or application.job
        application.channel = fact.channel or application.channel
        if fact.candidate is not None:
            self.applications_of[fact.candidate].add(fact.application)

    def _note_invitation(self, fact: Invited) -> None:
        self.invitations.setdefault(fact.token_id, fact)
        if fact.application is not None:
            self.tokens_of[fact.application].add(fact.token_id)

    def _note_registration(self, fact: Registered) -> None:
        if fact.registration in self.registrations:
            return
        self.registrations[fact.registration] = fact
        self.persons_on[fact.token_id].add(fact.person)
        if fact.device is not None:
            self.persons_by_device[fact.device].add(fact.person)
        person = self.persons.setdefault(fact.person, Person(id=fact.person))
        insort(person.registrations, fact, key=lambda other: (other.at, other.registration))
