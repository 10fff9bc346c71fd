"""Refuses what claims to have happened later than it arrived; what is planned may lie ahead."""

from datetime import date, datetime, timedelta
from types import MappingProxyType

from schemas.errors import Malformed
from schemas.events.application import FrozenModel

MAX_AHEAD = timedelta(days=2)  # clocks and time zones differ by less
# Besides the event's own time: when something happened, and nothing that is only planned.
OCCURRENCES = ("entered_at", "left_at", "submitted_at", "sent_at", "resolved_at")
# Systems without another time for these give the planned day itself.
PLANNED_DAY: MappingProxyType[str, str] = MappingProxyType(
    {
        "employment.started": "start",
        "employment.ended": "end",
        "cost.recorded": "period_from",
        "interview.scheduled": "start",
        "interview.rescheduled": "start",
    }
)


def check_times(name: str, data: FrozenModel, time: datetime, now: datetime) -> None:
    """Raise Malformed if the event of that type, or what it says of the past, is more than two days later than `now`."""
    latest = now + MAX_AHEAD
    if time > latest and not _is_planned(name, data, time):
        raise _ahead(name, "time")
    applied_at = getattr(getattr(data, "application", None), "applied_at", None)
    if applied_at is not None and applied_at > latest:
        raise _ahead(name, "application.applied_at")
    for field in OCCURRENCES:
        moment = getattr(data, field, None)
        if moment is not None and moment > latest:
            raise _ahead(name, field)


def _is_planned(name: str, data: FrozenModel, time: datetime) -> bool:
    """Whether the event's time is nothing but the planned day that it reports."""
    planned = getattr(data, PLANNED_DAY.get(name, ""), None)
    if isinstance(planned, datetime):
        return abs(planned - time) <= timedelta(days=1)
    return isinstance(planned, date) and abs(planned - time.date()) <= timedelta(days=1)


def _ahead(name: str, field: str) -> Malformed:
    return Malformed(
        "future_time",
        f"{name}: {field} is more than two days ahead of the arrival, and nothing can have happened then; correct it in "
        "the sending system and send it again, or, if the time is right, run `hirelay dlq replay` when it has come",
    )
