"""The policies of Career Relay, versioned per company: what counts, how long things last, and what a slot is worth."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from schemas.events.application import FrozenModel
from schemas.relay.factors import FactorRule
from schemas.relay.requirements import Requirement, version_before
from schemas.tenants.config import Name
from schemas.tenants.milestones import normalize_name

PERSONS_PER_SLOT = 10  # the service's own rule, so no policy changes it
MAX_DAYS = 36_500
Afterwards = Literal["keep", "revoke"]
Tone = Literal["formal", "warm", "brief"]
Days = Annotated[int, Field(ge=1, le=MAX_DAYS)]
Money = Annotated[int, Field(ge=0, le=2**53)]


def _percent(value: object) -> object:
    """Read `30 %` as 30; the model refuses anything else that is no integer."""
    if isinstance(value, str) and value.rstrip().endswith("%"):
        text = value.rstrip().removesuffix("%").strip()
        return int(text) if text.isdecimal() and text.isascii() else value
    return value


Percent = Annotated[int, BeforeValidator(_percent), Field(ge=0, le=100)]


class FixedValue(FrozenModel):
    """A slot is worth `amount`, in minor units of the company's currency."""

    method: Literal["fixed"]
    amount: Money


class AgencyFeeValue(FrozenModel):
    """A slot is worth the agency fee that it saves: `rate` of the hire's first-year salary.

    `salary` is assumed until the hire's own is known.
    """

    method: Literal["agency_fee"]
    rate: Percent
    salary: Money


class TrailingValue(FrozenModel):
    """A slot is worth what an agency hire has cost on average in the last `days` before the grant, else `otherwise`."""

    method: Literal["trailing"]
    days: Days = 365
    otherwise: Money


SlotValue = Annotated[FixedValue | AgencyFeeValue | TrailingValue, Field(discriminator="method")]


class RelayPolicy(FrozenModel):
    """One version, in force from the local day `since` on until the next version.

    `link_days` is how long a candidate's link is valid, `slot_days` how long a slot can be reserved (None: for ever).
    `automatic` invites at every rejection by the company. After a person was counted, `undone`, `merged`, `erased` and
    `withdrawn` say what an undone rejection, a merged or erased candidate and a withdrawn consent do: keep or revoke.
    At most `persons_per_device` persons count from one device, and through the company-wide link at most
    `unverified_per_rejection` persons per rejection (None: any number). From `suspect_persons` registrations of a week that do not
    count for a reason that points to farming, the owner is alerted. `redemption` is how likely a slot is used. A slot's hire is carried at
    the `gross` fee and credited, or at `zero`. `holdout` of the rejected candidates get no link, as a control group.
    """

    since: date
    link_days: Days = 90
    automatic: bool = False
    slot_days: Days | None = None
    undone: Afterwards = "keep"
    merged: Afterwards = "keep"
    erased: Afterwards = "keep"
    withdrawn: Afterwards = "keep"
    persons_per_device: Annotated[int, Field(ge=1)] = 3
    suspect_persons: Annotated[int, Field(ge=1)] = 5
    unverified_per_rejection: Percent | None = None
    value: SlotValue
    redemption: Percent
    credit_mode: Literal["gross", "zero"] = "gross"
    holdout: Percent = 0
    tone: Tone = "formal"


class RelayCompany(FrozenModel):
    """One company: the registration page that its links lead to, and its policies in the order of their days.

    `owner` is the role that alerts about slots go to. `factors` says what its own rejection reasons mean, `requirements` are
    the versions of what its jobs require; neither changes what the ledger decides.
    """

    tenant: Name
    page: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$", max_length=500)]
    owner: Name = "hr_manager"
    policies: Annotated[tuple[RelayPolicy, ...], Field(min_length=1)]
    factors: tuple[FactorRule, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    @model_validator(mode="after")
    def check_requirements(self) -> Self:
        """Reject two versions of a job on one day, a reason that is mapped twice, and an acceptance without a version before."""
        versions = [(one.job, one.since) for one in self.requirements]
        reasons = [normalize_name(rule.reason) for rule in self.factors]
        for version in self.requirements:
            if version.accepts is not None and version_before(self.requirements, version) is None:
                msg = f"{version.job} has no version before {version.since}, which `accepts` is compared with"
                raise ValueError(msg)
        if len(set(versions)) < len(versions) or len(set(reasons)) < len(reasons):
            msg = "write every reason once, and at most one version of a job's requirement per day"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Reject versions that are not in the order of their days."""
        days = [policy.since for policy in self.policies]
        if any(later <= earlier for earlier, later in pairwise(days)):
            msg = "write the policies in the order of their `since`, each on a later day"
            raise ValueError(msg)
        return self


class RelayFile(FrozenModel):
    """The file of all companies that use Career Relay."""

    companies: tuple[RelayCompany, ...] = ()

    @model_validator(mode="after")
    def check_companies(self) -> Self:
        """Reject a company that is written twice."""
        tenants = [company.tenant for company in self.companies]
        double = sorted({tenant for tenant in tenants if tenants.count(tenant) > 1})
        if double:
            msg = f"{double[0]} is written twice; put its policies into one entry"
            raise ValueError(msg)
        return self

    def company(self, tenant: str) -> RelayCompany | None:
        """The company, or None if it does not use Career Relay."""
        return next((company for company in self.companies if company.tenant == tenant), None)


# The models of the file, whose keys are suggested for misspelled ones.
MODELS = (
    RelayFile,
    RelayCompany,
    RelayPolicy,
    FixedValue,
    AgencyFeeValue,
    TrailingValue,
    FactorRule,
    Requirement,
)


def policy_on(policies: tuple[RelayPolicy, ...], day: date) -> RelayPolicy:
    """The policy in force on a local day; before the first one, the first."""
    in_force = [policy for policy in policies if policy.since <= day]
    return in_force[-1] if in_force else policies[0]
