"""Schedules of reports: what is made when, in which languages and formats, and where it is delivered."""

from collections import Counter
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import Field, field_validator, model_validator

from schemas.events.application import FrozenModel
from schemas.instants import UNIX_EPOCH
from schemas.planning.periods import PeriodKind
from schemas.reporting.model import Brand
from schemas.tenants.config import Name, Secret
from schemas.text.languages import Language

ReportFileFormat = Literal["html", "pdf", "pptx", "csv", "json"]
Address = Annotated[str, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$")]


class FolderDelivery(FrozenModel):
    """Copy the files into a directory of the reporter's machine; it is created if it is missing."""

    kind: Literal["folder"]
    path: Annotated[str, Field(min_length=1)]


class MailDelivery(FrozenModel):
    """Send the files to the addresses of these roles; with `encrypt`, in one ZIP file under that password (AES-256)."""

    kind: Literal["mail"]
    to: Annotated[tuple[Name, ...], Field(min_length=1)]
    encrypt: Secret | None = None


class WebhookDelivery(FrozenModel):
    """Post the summary to a webhook that takes Slack's `{"text": …}`; its address is a secret."""

    kind: Literal["webhook"]
    url: Secret


Delivery = Annotated[FolderDelivery | MailDelivery | WebhookDelivery, Field(discriminator="kind")]


class MailServer(FrozenModel):
    """The SMTP server. `security` is starttls, tls (from the first byte) or none, for a server on this machine."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Address
    user: str = ""
    password: Secret | None = None


class ReportSchedule(FrozenModel):
    """A report of every whole period of a kind, made at the times of `cron` in `zone` (default: the company's).

    At each of them it is about the last period that had ended; a period that has its report gets no second one.
    `business_day` moves a time on a weekend or holiday to the next or previous business day, but never before the end of the
    period. For `reissue_days` after the first version, a new version follows on each day on which its numbers have changed.
    """

    id: Name
    tenant: Name
    period: PeriodKind
    cron: str
    zone: str | None = None
    business_day: Literal["any", "next", "previous"] = "any"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    formats: Annotated[tuple[ReportFileFormat, ...], Field(min_length=1)]
    deliver: Annotated[tuple[Delivery, ...], Field(min_length=1)]
    reissue_days: Annotated[int, Field(ge=0, le=366)] = 0

    @field_validator("cron")
    @classmethod
    def check_cron(cls, value: str) -> str:
        """Refuse what is no cron expression, and one that names several times of a day."""
        try:
            times = CronSim(value, UNIX_EPOCH)
        except CronSimError as error:
            msg = f"{value!r} is no cron expression (minute hour day month weekday): {error}"
            raise ValueError(msg) from error
        if len(value.split()) != 5 or len(times.minutes) > 1 or len(times.hours) > 1:
            msg = f"{value!r}: a report is made at most once a day; write one minute and one hour, such as 0 9 * * 1"
            raise ValueError(msg)
        return value

    @field_validator("zone")
    @classmethod
    def check_zone(cls, value: str | None) -> str | None:
        """Refuse a zone that is not in the IANA database."""
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError) as error:
                msg = f"no such time zone {value!r}; use a name such as Asia/Tokyo"
                raise ValueError(msg) from error
        return value


class BrandFile(FrozenModel):
    """How reports of a company look: its colour as #rrggbb, and a PNG and a PPTX template beside the reports file."""

    colour: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")] = Brand().colour
    logo: str = ""
    template: str = ""


class ReportsFile(FrozenModel):
    """The schedules of all companies. `recipients` are addresses by company and role, `brands` looks by company."""

    mail: MailServer | None = None
    recipients: dict[Name, dict[Name, Annotated[tuple[Address, ...], Field(min_length=1)]]] = Field(
        default_factory=dict
    )
    brands: dict[Name, BrandFile] = Field(default_factory=dict)
    schedules: tuple[ReportSchedule, ...] = ()

    @model_validator(mode="after")
    def check_references(self) -> Self:
        """Refuse schedules of one name, mail without a server and roles without an address."""
        for (tenant, name), count in Counter((s.tenant, s.id) for s in self.schedules).items():
            if count > 1:
                msg = f"{tenant} has {count} schedules {name!r}; give each its own id"
                raise ValueError(msg)
        for schedule in self.schedules:
            for delivery in schedule.deliver:
                if isinstance(delivery, MailDelivery):
                    self._check_mail(schedule, delivery)
        return self

    def _check_mail(self, schedule: ReportSchedule, delivery: MailDelivery) -> None:
        if self.mail is None:
            msg = f"schedule {schedule.id!r} delivers by mail: add the server under `mail`"
            raise ValueError(msg)
        roles = self.recipients.get(schedule.tenant, {})
        missing = [role for role in delivery.to if role not in roles]
        if missing:
            msg = f"schedule {schedule.id!r}: no addresses of {', '.join(missing)} in recipients.{schedule.tenant}"
            raise ValueError(msg)

    def addresses(self, tenant: str, roles: tuple[str, ...]) -> tuple[str, ...]:
        """Return the addresses of these roles, each once."""
        by_role = self.recipients.get(tenant, {})
        return tuple(dict.fromkeys(address for role in roles for address in by_role[role]))
