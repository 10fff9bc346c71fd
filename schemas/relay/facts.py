"""The facts that a ledger is decided from, each with the id of the event that reported it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from schemas.events.application import FrozenModel, Id, Text
from schemas.relay.factors import Factor
from schemas.relay.policy import RelayPolicy

Scope = Literal["candidate", "tenant"]
Flag = Literal["employee", "self_referral", "bot", "test"]
# What happened to an application; `rejected` is by the company, and `reopened` undoes any ending but a hire.
Step = Literal["rejected", "withdrawn", "closed", "reopened", "hired", "unhired", "deleted"]
ClaimKind = Literal["reserve", "release", "redeem"]


class _Fact(FrozenModel):
    id: Id
    at: AwareDatetime


class PoliciesSet(_Fact):
    """The policies of the company from now on, its time zone and currency; the id is a digest of them."""

    kind: Literal["policies"] = "policies"
    policies: tuple[RelayPolicy, ...]
    timezone: str
    currency: str


class ApplicationStep(_Fact):
    """A step of an application that matters to the relay; `factor` is what its reason meant when it was taken."""

    kind: Literal["application"] = "application"
    step: Step
    application: Id
    candidate: Id | None = None
    job: Id | None = None
    channel: Id | None = None
    reason: Text | None = None
    factor: Factor | None = None


class CandidatesMerged(_Fact):
    """Two candidates are one."""

    kind: Literal["merged"] = "merged"
    loser: Id
    winner: Id


class CandidateErased(_Fact):
    """The data of a candidate was erased."""

    kind: Literal["erased"] = "erased"
    candidate: Id


class Invited(_Fact):
    """A link was issued: for one application, or for the whole company."""

    kind: Literal["invited"] = "invited"
    invitation: Id
    token_id: Id
    scope: Scope
    application: Id | None = None
    expires: AwareDatetime | None = None


class Withheld(_Fact):
    """The rejected candidate belongs to the control group and gets no link."""

    kind: Literal["withheld"] = "withheld"
    application: Id


class Clicked(_Fact):
    """A person opened a link."""

    kind: Literal["clicked"] = "clicked"
    token_id: Id


class Registered(_Fact):
    """A person registered with the relay service. `person` is a keyed hash; without a consent it never counts."""

    kind: Literal["registered"] = "registered"
    registration: Id
    token_id: Id
    person: Id
    consent: Id | None = None
    device: Id | None = None
    flags: tuple[Flag, ...] = ()


class ConsentWithdrawn(_Fact):
    """The person of a registration withdrew the consent."""

    kind: Literal["withdrawn"] = "withdrawn"
    registration: Id


class SlotClaim(_Fact):
    """What the company or the service did with a slot; the latest by time stands.

    `salary` is the first year's, in minor units of `currency`.
    """

    kind: Literal["claim"] = "claim"
    claim: ClaimKind
    slot: Annotated[int, Field(ge=1)]
    job: Id | None = None
    application: Id | None = None
    salary: Annotated[int, Field(ge=0, le=2**53)] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class CandidateOffered(_Fact):
    """The service offers a candidate for a slot; it decides nothing about the slot."""

    kind: Literal["offered"] = "offered"
    slot: Annotated[int, Field(ge=1)]
    offer_id: Id
    job: Id | None = None


class AgencyFee(_Fact):
    """An agency's fee for one hire; the highest version counts, `amount` 0 if it was reversed."""

    kind: Literal["fee"] = "fee"
    cost: Id
    version: int
    amount: int
    currency: str


class RequirementRecorded(_Fact):
    """What a job requires from the local day `since` on; the latest by time stands for its day."""

    kind: Literal["requirement"] = "requirement"
    job: Id
    since: date
    text: Text
    owner: Id | None = None
    accepts: Factor | None = None


class Tick(_Fact):
    """Time passed; recorded only when something expired."""

    kind: Literal["tick"] = "tick"


Fact = Annotated[
    PoliciesSet
    | ApplicationStep
    | CandidatesMerged
    | CandidateErased
    | Invited
    | Withheld
    | Clicked
    | Registered
    | ConsentWithdrawn
    | SlotClaim
    | CandidateOffered
    | AgencyFee
    | RequirementRecorded
    | Tick,
    Field(discriminator="kind"),
]
