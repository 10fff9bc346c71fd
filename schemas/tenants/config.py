"""Tenant configuration: tenants, connections, secret references, stage and reason rules."""

from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from schemas.events.application import FrozenModel
from schemas.tenants.access import AccessToken, GroupName
from schemas.tenants.business_hours import (
    COUNTRY_BY_ZONE,
    BusinessHours,
    IsHoliday,
    business_hours,
    countries,
)
from schemas.tenants.milestones import MILESTONES
from schemas.tenants.retention import TenantRetention, TopicRetention
from schemas.text.plain import plain_name

DeletedCandidates = Literal["named", "keep", "retract"]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]  # ISO 4217
DEFAULT_CURRENCY = "JPY"
DEFAULT_TIMEZONE = "Asia/Tokyo"
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class Secret(FrozenModel):
    """A reference to a secret, never its value: exactly one of an environment variable or a file."""

    env: str | None = None
    file: str | None = None

    @model_validator(mode="after")
    def check_single_source(self) -> Self:
        """Reject a reference with neither source or both."""
        if (self.env is None) == (self.file is None):
            msg = "give exactly one of `env` and `file`"
            raise ValueError(msg)
        return self


class WebhookSecret(Secret):
    """A secret of a webhook; `expires` is the first day (UTC) on which signatures made with it are refused."""

    expires: date | None = None

    def is_active(self, day: date) -> bool:
        """Whether signatures made with it are accepted on that day (UTC)."""
        return self.expires is None or day < self.expires


def _check_rule(rule: "StageRule | ReasonRule", subject: str | None, names: str) -> None:
    if subject is None:
        msg = f"give {names}"
        raise ValueError(msg)
    if rule.since is not None and rule.until is not None and rule.since >= rule.until:
        msg = "`until` is the first day on which the rule is no longer in force; it must be after `since`"
        raise ValueError(msg)


class StageRule(FrozenModel):
    """Maps one vendor stage to a milestone or an ending, by id (which takes precedence) or exact name.

    `ending` is who ends an application that is moved there, for systems whose boards have columns such as 内定辞退.
    `order` is the stage's place in the process, earliest first: between two stages with an order, it tells a move back
    from a move forward. `since` and `until` are local days.
    """

    stage_id: str | None = None
    stage_name: str | None = None
    milestone: str | None = None
    ending: Literal["company", "candidate", "neither", "hired"] | None = None
    order: int | None = None
    since: date | None = None
    until: date | None = None

    @field_validator("milestone")
    @classmethod
    def check_milestone(cls, value: str | None) -> str | None:
        """Reject a milestone that is not a standard one."""
        if value is not None and value not in MILESTONES:
            msg = f"no such milestone {value!r}; one of {', '.join(MILESTONES)}"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def check_rule(self) -> Self:
        """Reject a rule without a stage or with an empty validity period."""
        _check_rule(self, self.stage_id or self.stage_name, "`stage_id` or `stage_name`")
        if (self.milestone is None) == (self.ending is None):
            msg = "give exactly one of `milestone` and `ending`"
            raise ValueError(msg)
        return self


class ReasonRule(FrozenModel):
    """Maps a reason to the party that ended the application, by reason id (which takes precedence) or exact name.

    `company` is 不採用, `candidate` 辞退, `neither` a closing (position filled), `duplicate` the closing of a duplicate, which
    is in no rate, `hired` a hire that the vendor records under a reason; days as in `StageRule`.
    """

    reason_id: str | None = None
    reason_name: str | None = None
    party: Literal["company", "candidate", "neither", "duplicate", "hired"]
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def check_rule(self) -> Self:
        """Reject a rule without a reason or with an empty validity period."""
        _check_rule(self, self.reason_id or self.reason_name, "`reason_id` or `reason_name`")
        return self


# Vendors whose webhooks report submitted scorecards; for others the ATS API must be queried.
SCORECARD_VENDORS = frozenset({"ashby", "huntflow", "standard"})
# Vendors whose webhooks say that an ended application was reopened; for others, moving it on says so.
REOPENING_VENDORS = frozenset({"greenhouse", "lever", "recruitee"})


class Connection(FrozenModel):
    """One webhook of one vendor. Several secrets may be active at once, for rotation without downtime.

    `id_prefix` separates two systems of one tenant whose ids could collide; empty means one shared id space, so that a
    scorecard from a second system reaches the application of the first. `address_key` is the last path segment of the
    webhook URL, for vendors whose signature does not cover the body; requests without it are rejected. `scorecards` says
    whether scorecards for this system's interviews are received, possibly through another system; the default depends on
    the vendor.
    """

    id: Name
    vendor: Name
    secrets: tuple[WebhookSecret, ...] = ()
    test: bool = False
    id_prefix: Annotated[str, Field(max_length=20)] = ""
    on_bad_signature: Literal["reject", "quarantine"] = "reject"
    address_key: Secret | None = None
    stages: tuple[StageRule, ...] = ()
    reasons: tuple[ReasonRule, ...] = ()
    scorecards: bool | None = None

    @property
    def expects_scorecards(self) -> bool:
        """Whether an absent scorecard is overdue, rather than never reported by this system."""
        return self.vendor in SCORECARD_VENDORS if self.scorecards is None else self.scorecards

    @property
    def reports_reopenings(self) -> bool:
        """Whether the system says itself that an ended application was reopened."""
        return self.vendor in REOPENING_VENDORS


class Tenant(FrozenModel):
    """One company. Its local days use `timezone`; its quarantine encryption and person hashing use its own keys.

    Deliveries are encrypted under `quarantine_key`; those under one of `previous_quarantine_keys` stay readable, for rotation.
    `previous_person_keys` has every earlier `person_key`, the newest first: what a person is known by is made with all of them.

    `deleted_candidates` says what a candidate deletion removes from the numbers: `named` only the applications that the
    vendor names as deleted with the candidate; `keep` nothing, so that deleting people on time does not rewrite last year's
    rates; `retract` all of the candidate's applications. An application deleted on its own never counts. Costs in another
    currency than `currency` are reported separately, never added. `hire_value` is the value of one hire in minor units; ROI
    is known only if it is above 0. `api_tokens` authenticate the tenant's API calls; several may be active, for rotation.
    `access_tokens` have scopes and an end, and open the tenant's boards too, as do `board_groups` for people who sign in.
    `names` says whose names boards may show beside ids: of jobs and departments, or of `people` too, the company's employees.
    `channel_aliases` maps other names of a channel to the one it is counted under; `retention` says what ends after how many days.
    `holidays` is the country (ISO 3166, such as JP) on whose public holidays no deliveries are expected; the default is
    Japan for tenants in the Japanese time zone.
    """

    id: Name
    name: str
    timezone: str = DEFAULT_TIMEZONE
    holidays: str | None = None
    language: Literal["ja", "en"] = "ja"
    deleted_candidates: DeletedCandidates = "named"
    currency: Currency = DEFAULT_CURRENCY
    hire_value: Annotated[int, Field(ge=0, le=2**53)] = 0
    quarantine_key: Secret
    previous_quarantine_keys: tuple[Secret, ...] = ()
    person_key: Secret
    previous_person_keys: tuple[Secret, ...] = ()
    api_tokens: tuple[Secret, ...] = ()
    access_tokens: tuple[AccessToken, ...] = ()
    board_groups: tuple[GroupName, ...] = ()
    names: Literal["jobs", "people"] = "jobs"
    channel_aliases: dict[str, str] = Field(default_factory=dict)
    retention: TenantRetention = TenantRetention()
    connections: tuple[Connection, ...] = ()

    @field_validator("channel_aliases")
    @classmethod
    def check_channel_aliases(cls, value: dict[str, str]) -> dict[str, str]:
        """Bring names into the form in which channels are counted; reject aliases that contradict or follow each other."""
        aliases: dict[str, str] = {}
        for alias, channel in value.items():
            name, target = plain_name(alias), plain_name(channel)
            if not name or not target:
                msg = "an alias and its channel each have a name"
                raise ValueError(msg)
            if aliases.setdefault(name, target) != target:
                msg = f"{name!r} is an alias of both {aliases[name]!r} and {target!r}; keep one"
                raise ValueError(msg)
        for name, target in aliases.items():
            if target in aliases:
                msg = f"{name!r} is an alias of {target!r}, itself an alias; name the channel it is counted under"
                raise ValueError(msg)
        return aliases

    @field_validator("timezone")
    @classmethod
    def check_timezone(cls, value: str) -> str:
        """Reject a zone that is not in the IANA database."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            msg = f"no such time zone {value!r}; use a name such as Asia/Tokyo"
            raise ValueError(msg) from error
        return value

    @field_validator("holidays")
    @classmethod
    def check_holidays(cls, value: str | None) -> str | None:
        """Reject a country without a known holiday calendar."""
        if value is not None and value not in countries():
            msg = f"no holidays are known for {value!r}; use an ISO 3166 code such as JP or US"
            raise ValueError(msg)
        return value

    @property
    def person_keys(self) -> tuple[Secret, ...]:
        """Every key that makes the ids of people, the oldest first."""
        return (*reversed(self.previous_person_keys), self.person_key)

    @property
    def business_hours(self) -> BusinessHours:
        """The tenant's business hours."""
        return business_hours(self.timezone, self.holidays or COUNTRY_BY_ZONE.get(self.timezone))


class Tenancy(FrozenModel):
    """The configuration file; connection ids are unique across tenants because they are part of the webhook URL."""

    tenants: tuple[Tenant, ...]
    retention: TopicRetention = TopicRetention()

    @model_validator(mode="after")
    def check_retention(self) -> Self:
        """Reject a company whose list of refused deliveries would end before the deliveries do."""
        for tenant in self.tenants:
            try:
                tenant.retention.refuse_shorter_than(self.retention)
            except ValueError as error:
                msg = f"tenant {tenant.id}: {error}"
                raise ValueError(msg) from error
        return self

    @model_validator(mode="after")
    def check_unique_ids(self) -> Self:
        """Reject two tenants or two connections with the same id."""
        for kind, ids in (
            ("tenant", [tenant.id for tenant in self.tenants]),
            ("connection", [c.id for tenant in self.tenants for c in tenant.connections]),
        ):
            duplicates = sorted({name for name in ids if ids.count(name) > 1})
            if duplicates:
                msg = f"{kind} ids must be unique; used twice: {', '.join(duplicates)}"
                raise ValueError(msg)
        return self

    def tenant(self, tenant_id: str) -> Tenant | None:
        """Return the tenant with that id, or None."""
        return next((tenant for tenant in self.tenants if tenant.id == tenant_id), None)

    def holidays(self) -> dict[str, IsHoliday]:
        """Return the calendar of each tenant."""
        return {tenant.id: tenant.business_hours.is_holiday for tenant in self.tenants}

    def find_connection(self, connection_id: str) -> tuple[Tenant, Connection] | None:
        """Return the connection with that id and its tenant, or None."""
        return next(
            (
                (tenant, connection)
                for tenant in self.tenants
                for connection in tenant.connections
                if connection.id == connection_id
            ),
            None,
        )

    def find_webhook(self, vendor: str, connection_id: str) -> tuple[Tenant, Connection] | None:
        """Return the connection behind `/hooks/{vendor}/{connection_id}` and its tenant, or None."""
        for tenant in self.tenants:
            for connection in tenant.connections:
                if connection.id == connection_id and connection.vendor == vendor:
                    return tenant, connection
        return None
