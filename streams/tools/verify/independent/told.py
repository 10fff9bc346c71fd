"""One accepted event as a story tells it: a canonical event in JSON with its place in the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from schemas.tenants.mapping_snapshot import TenantMapping

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNTOLD = -1  # the place of an instant that an event only mentions
CONTEXT = ("candidate.", "job.", "opening.", "pipeline.")
ENDINGS = ("application.rejected", "application.withdrawn", "application.closed")
HIRED, UNHIRED, REOPENED = "application.hired", "application.unhired", "application.reopened"
CREATED, MOVED = "application.created", "application.stage_changed"

# The field that says when the thing itself happened, where an event may be told later.
INSTANT_OF = {
    MOVED: "entered_at",
    "offer.sent": "sent_at",
    **dict.fromkeys(
        ("offer.accepted", "offer.declined", "offer.expired", "offer.revoked"), "resolved_at"
    ),
}

JsonObject = Mapping[str, Any]


class Moment(NamedTuple):
    """When something happened: milliseconds since 1970 UTC, and its place in the order of the story."""

    at: int
    place: int


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event; `at` is the instant of what it tells, in milliseconds since 1970 UTC."""

    id: str
    kind: str
    at: int
    data: JsonObject
    offset: int
    index: int
    vendor: str
    connection: str
    sequence: str | None
    test: bool
    revision: int
    imported: bool = False
    undated: bool = False

    @property
    def application(self) -> JsonObject:
        """The application as of the event; empty in events that carry none."""
        return self.data.get("application") or {}

    @property
    def is_context(self) -> bool:
        """Whether the event is about a candidate, a job, an opening or a pipeline."""
        return self.kind.startswith(CONTEXT)

    @property
    def is_cost(self) -> bool:
        """Whether the event is an entry of costs."""
        return self.kind.startswith("cost.")

    @property
    def stage(self) -> JsonObject | None:
        """The stage that the application is told to be in; the stage of an interview is no such word."""
        if not self.kind.startswith("application."):
            return None
        stage: JsonObject | None = self.data.get("to_stage") or self.data.get("stage")
        return stage

    @property
    def by_people(self) -> bool:
        """Whether a user of the system acted, rather than an automation, the system or the candidate."""
        actor = self.data.get("actor") or {}
        return bool(actor.get("kind", "user") == "user")


def read_event(event: JsonObject, offset: int, index: int) -> Told:
    """The event at this place of the log; its JSON must be valid by `schemas.events.envelope`."""
    kind = event["type"].removeprefix("recruit.").removesuffix(".v1")
    data = event["data"]
    happened = data.get(INSTANT_OF.get(kind, "")) or event["time"]
    revision = (data.get("application") or {}).get("revision") or data.get("revision")
    _, _, vendor, _, connection = event["source"].split(":")
    return Told(
        id=event["id"],
        kind=kind,
        at=instant(happened),
        data=data,
        offset=offset,
        index=index,
        vendor=vendor,
        connection=connection,
        sequence=event.get("sequence"),
        test=bool(event.get("test")),
        revision=0 if revision is None else instant(revision),
        imported=event.get("ingestmode") in {"csv", "backfill"},
        undated=event.get("timequality") == "unknown",
    )


def instant(text: str) -> int:
    """Whole milliseconds since 1970 UTC of an RFC 3339 instant."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def known_instant(text: str | None) -> int | None:
    """The instant, or None if nothing was said."""
    return None if text is None else instant(text)


def day_of_date(text: str) -> int:
    """Days since 1970-01-01 of an ISO date."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


class Calendar:
    """The local days of a tenant."""

    def __init__(self, mapping: TenantMapping) -> None:
        """Use the tenant's time zone."""
        self._zone = ZoneInfo(mapping.timezone)

    def day(self, at: int) -> int:
        """The local day of an instant, in days since 1970-01-01."""
        local = (EPOCH + timedelta(milliseconds=at)).astimezone(self._zone)
        return (local.date() - date(1970, 1, 1)).days
