"""What an attempt says last about itself: channel, job, owners and the like."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from schemas.tenants.mapping_snapshot import TenantMapping
from schemas.text.plain import plain_name
from streams.tools.verify.independent.fate import applied_at
from streams.tools.verify.independent.told import JsonObject, Moment, Told


@dataclass(frozen=True, kw_only=True)
class LastKnown:
    """The last known values; None or () is unknown. `first_moment` is that of the attempt's first own event."""

    channel: str | None = None
    source_detail: str | None = None
    touches: tuple[str, ...] = ()
    job: str | None = None
    opening: str | None = None
    recruiter: str | None = None
    hiring_managers: tuple[str, ...] = ()
    department: str | None = None
    location: str | None = None
    applied_at: int | None = None
    first_moment: Moment


def attributes_of(
    part: Sequence[tuple[int, Told]], story: Sequence[Told], before: LastKnown | None
) -> LastKnown:
    """The attributes by the attempt's own events and its job's; what nobody says is as in the attempt before."""
    first_moment = Moment(part[0][1].at, part[0][0])
    values: dict[str, object] = {}
    for _, event in part:
        values |= _known(_said_by(event))
    job = values.get("job") or (None if before is None else before.job)
    own = [event for _, event in part]
    for name in ("hiring_managers", "department", "location"):
        values.pop(name, None)
    for event in story:
        if event in own:
            values |= _known(_job_said_by_owner(event))
        elif event.kind.startswith("job.") and event.data.get("job_id") == job and job is not None:
            values |= _known(_job_said(event.data))
    told = LastKnown(first_moment=first_moment, **values)  # type: ignore[arg-type]  # names of its fields
    return told if before is None else _inherit(told, before)


def counted_under(name: str, mapping: TenantMapping) -> str:
    """The channel that a name stands for: the one it is an alias of, else itself."""
    plain = plain_name(name)
    aliases = mapping.channel_aliases
    return aliases.get(name) or aliases.get(plain) or plain


def with_channels(told: LastKnown, mapping: TenantMapping) -> LastKnown:
    """The same with each channel under the name that it is counted under."""
    channel = None if told.channel is None else counted_under(told.channel, mapping)
    touches = tuple(counted_under(touch, mapping) for touch in told.touches)
    return replace(told, channel=channel, touches=touches)


def _known(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in {None, "", ()}}


def _said_by(event: Told) -> dict[str, object]:
    """What an event of the application says of it."""
    channel, owners = event.data.get("channel") or {}, event.data.get("owners") or {}
    return {
        "channel": channel.get("id"),
        "source_detail": channel.get("detail"),
        "touches": tuple(touch["id"] for touch in event.data.get("touches") or ()),
        "job": event.application.get("job_id"),
        "opening": event.application.get("opening_id"),
        "recruiter": owners.get("recruiter_id"),
        "applied_at": applied_at(event),
    }


def _job_said_by_owner(event: Told) -> dict[str, object]:
    return _job_said({**(event.data.get("dims") or {}), **(event.data.get("owners") or {})})


def _job_said(data: JsonObject) -> dict[str, object]:
    return {
        "department": data.get("department"),
        "location": data.get("location"),
        "hiring_managers": tuple(dict.fromkeys(data.get("hiring_manager_ids") or ())),
    }


def _inherit(told: LastKnown, before: LastKnown) -> LastKnown:
    """Fill what the attempt does not say; when the candidate applied is its own."""
    missing = {
        field.name: getattr(before, field.name)
        for field in fields(told)
        if field.name not in {"applied_at", "first_moment"}
        and getattr(told, field.name) in {None, ()}
    }
    return replace(told, **missing)


def recruiter_at(part: Sequence[tuple[int, Told]], before: str | None, instant: int) -> str | None:
    """The recruiter told last at or before the instant, or at that of the first event if that is later.

    `before` is the recruiter of the attempt before this one.
    """
    owners = [(event.at, (event.data.get("owners") or {}).get("recruiter_id")) for _, event in part]
    until = max(instant, owners[0][0])
    told = [owner for at, owner in owners if at <= until and owner]
    return told[-1] if told else before
