"""Who sends us events and what their stages mean: tenants, connections, secrets by reference, stage rules."""

from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from schemas.events.application import FrozenModel
from schemas.tenants.business_hours import BY_ZONE, BusinessHours, countries, office
from schemas.tenants.milestones import MILESTONES

DeletedCandidates = Literal["named", "keep", "retract"]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]  # ISO 4217
DEFAULT_CURRENCY = "JPY"
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class Secret(FrozenModel):
    """Where a secret is, never what it is: exactly one of an environment variable or a file."""

    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def one_place(self) -> Self:
        """Refuse a reference to no place or to two."""
        if (self.env is None) == (self.file is None):
            msg = "give exactly one of `env` and `file`"
            raise ValueError(msg)
        return self


def _check(rule: "StageRule | ReasonRule", subject: str | None, names: str) -> None:
    if subject is None:
        msg = f"give {names}"
        raise ValueError(msg)
    if rule.since is not None and rule.until is not None and rule.since >= rule.until:
        msg = "`until` is the first day on which the rule is no longer in force; it must be after `since`"
        raise ValueError(msg)


class StageRule(FrozenModel):
    """What one vendor stage means: by id (trusted first) or by exact name; `since` and `until` are local days."""

    stage_id: str | None = None
    stage_name: str | None = None
    milestone: str
    since: date | None = None
    until: date | None = None

    @field_validator("milestone")
    @classmethod
    def known_milestone(cls, value: str) -> str:
        """Refuse a milestone that is not one of the standard ones."""
        if value not in MILESTONES:
            msg = f"no such milestone {value!r}; one of {', '.join(MILESTONES)}"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def of_something(self) -> Self:
        """Refuse a rule about no stage, or in force on no day."""
        _check(self, self.stage_id or self.stage_name, "`stage_id` or `stage_name`")
        return self


class ReasonRule(FrozenModel):
    """Who ended an application for this reason: by the reason's id (trusted first) or by its exact name.

    `company` is 不採用, `candidate` 辞退, `neither` a closing (position filled, duplicate), `hired` a hire that its vendor
    files under a reason; days as in `StageRule`.
    """

    reason_id: str | None = None
    reason_name: str | None = None
    party: Literal["company", "candidate", "neither", "hired"]
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def of_something(self) -> Self:
        """Refuse a rule about no reason, or in force on no day."""
        _check(self, self.reason_id or self.reason_name, "`reason_id` or `reason_name`")
        return self


# Whose webhooks say that a scorecard was submitted; the others leave it to be looked up.
TELL_SCORECARDS = frozenset({"ashby", "huntflow", "standard"})


class Connection(FrozenModel):
    """One webhook of one vendor. Several secrets may be active at once, for rotation without a gap.

    `id_prefix` keeps two systems of one tenant apart when their ids could collide; empty means one shared id space,
    so that a scorecard from a second system reaches the application of the first. `address_key` is the last part of
    the address, for vendors whose signature does not cover the body: who does not know it is not heard. `scorecards` says
    whether they are told of the interviews of this system, if only by another one; unless given, whether its vendor does.
    """

    id: Name
    vendor: Name
    secrets: tuple[Secret, ...] = ()
    test: bool = False
    id_prefix: Annotated[str, Field(max_length=20)] = ""
    on_bad_signature: Literal["reject", "quarantine"] = "reject"
    address_key: Secret | None = None
    stages: tuple[StageRule, ...] = ()
    reasons: tuple[ReasonRule, ...] = ()
    scorecards: bool | None = None

    @property
    def tells_scorecards(self) -> bool:
        """Whether a scorecard that is not there is missing, and not only untold."""
        return self.vendor in TELL_SCORECARDS if self.scorecards is None else self.scorecards


class Tenant(FrozenModel):
    """One company: its days are cut in `timezone`; its quarantine is sealed and its people are hashed with own keys.

    `deleted_candidates` says what a candidate's deletion takes from the numbers: `named` only the applications that the
    vendor names as deleted with the candidate; `keep` nothing, so that deleting people on time does not rewrite last year's
    rates; `retract` all of the candidate's applications. An application deleted by itself never counts. Costs in another
    currency than `currency` are shown apart, never added. `hire_value` is what one hire is worth, in minor units; ROI is
    known only where it is above 0. `api_tokens` open the API to the tenant; several may be active, for rotation. `holidays` is
    the country (ISO 3166, such as JP) on whose public holidays nobody expects a delivery; left out, it is Japan in its zone.
    """

    id: Name
    name: str
    timezone: str = "Asia/Tokyo"
    holidays: str | None = None
    language: Literal["ja", "en"] = "ja"
    deleted_candidates: DeletedCandidates = "named"
    currency: Currency = DEFAULT_CURRENCY
    hire_value: Annotated[int, Field(ge=0, le=2**53)] = 0
    quarantine_key: Secret
    person_key: Secret
    api_tokens: tuple[Secret, ...] = ()
    connections: tuple[Connection, ...] = ()

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        """Refuse a zone that the IANA database does not have."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            msg = f"no such time zone {value!r}; use a name such as Asia/Tokyo"
            raise ValueError(msg) from error
        return value

    @field_validator("holidays")
    @classmethod
    def known_country(cls, value: str | None) -> str | None:
        """Refuse a country whose holidays nobody knows."""
        if value is not None and value not in countries():
            msg = f"no holidays are known of {value!r}; use a code of ISO 3166 such as JP or US"
            raise ValueError(msg)
        return value

    @property
    def office(self) -> BusinessHours:
        """When its people work."""
        return office(self.timezone, self.holidays or BY_ZONE.get(self.timezone))


class Tenancy(FrozenModel):
    """The whole configuration file; connection ids are unique over all tenants, because they are the webhook address."""

    tenants: tuple[Tenant, ...]

    @model_validator(mode="after")
    def unique_ids(self) -> Self:
        """Refuse two tenants or two connections of one id."""
        for what, ids in (
            ("tenant", [tenant.id for tenant in self.tenants]),
            ("connection", [c.id for tenant in self.tenants for c in tenant.connections]),
        ):
            doubled = sorted({name for name in ids if ids.count(name) > 1})
            if doubled:
                msg = f"{what} ids must be unique; used twice: {', '.join(doubled)}"
                raise ValueError(msg)
        return self

    def tenant(self, tenant_id: str) -> Tenant | None:
        """The tenant of that id, or None."""
        return next((tenant for tenant in self.tenants if tenant.id == tenant_id), None)

    def owner(self, connection_id: str) -> tuple[Tenant, Connection] | None:
        """The connection of that id and its tenant, or None."""
        return next(
            (
                (tenant, each)
                for tenant in self.tenants
                for each in tenant.connections
                if each.id == connection_id
            ),
            None,
        )

    def find(self, vendor: str, connection_id: str) -> tuple[Tenant, Connection] | None:
        """The connection behind `/hooks/{vendor}/{connection_id}` and its tenant, or None."""
        for tenant in self.tenants:
            for connection in tenant.connections:
                if connection.id == connection_id and connection.vendor == vendor:
                    return tenant, connection
        return None
