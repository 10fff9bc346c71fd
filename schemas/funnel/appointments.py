"""Interviews (面接) as appointments: booked once, moved, and held, missed or cancelled."""

from collections.abc import Iterable

import msgspec

from schemas.funnel.funnel_events import (
    ApplicationAttributes,
    FunnelEvent,
    InterviewEvent,
    ScheduleSnapshot,
    UpdateEvent,
)

SCHEDULED, RESCHEDULED = "interview.scheduled", "interview.rescheduled"
COMPLETED, NO_SHOW = "interview.completed", "interview.no_show"
CANCELLED, DELETED = "interview.cancelled", "interview.deleted"
CALENDAR_CHANGE_MS = (
    600_000  # a calendar may book the new appointment this long before it cancels the old one
)


class UnlistedInterview(InterviewEvent, tag="unlisted", array_like=True, gc=False, kw_only=True):
    """A cancellation that nobody reported: a snapshot of the schedule does not list the interview any more."""


class Appointment(msgspec.Struct, eq=False, gc=False):
    """One appointed time (ms, if known), who takes part, and the events that told the latest outcome, in order.

    `before_cancelled` are those of the outcome that a cancellation replaced, `told_held` all that ever said that it was held.
    """

    starts_at: int | None = None
    ends_at: int | None = None
    people: tuple[str, ...] = ()
    shadows: tuple[str, ...] = ()
    told: list[InterviewEvent] = []
    told_held: list[InterviewEvent] = []
    before_cancelled: list[InterviewEvent] = []

    @property
    def outcome(self) -> InterviewEvent | None:
        """The event that told the latest outcome first."""
        return self.told[0] if self.told else None

    @property
    def happened_at(self) -> int:
        """The instant of the outcome: the appointed start, unless that is unknown or cannot be true."""
        starts_at = self.starts_at
        if not self.told:
            return 0
        if starts_at is None or starts_at > self.told[-1].header.at or self.ends_before_start:
            return self.told[0].header.at
        return starts_at

    @property
    def ends_before_start(self) -> bool:
        """Whether its times contradict each other."""
        return (
            self.starts_at is not None
            and self.ends_at is not None
            and self.ends_at < self.starts_at
        )

    @property
    def kind(self) -> str | None:
        """The type of the outcome."""
        return self.told[0].header.kind if self.told else None

    @property
    def was_held(self) -> bool:
        """Whether the interview was held."""
        return self.kind == COMPLETED


class Interview(msgspec.Struct, eq=False, gc=False):
    """One interview with its appointments in order, the last one current; instants in milliseconds since 1970 UTC.

    It has several `ids` if the calendar booked another one in place of one that it cancelled.
    """

    ids: list[str]
    booked: InterviewEvent | None = None
    appointments: list[Appointment] = []
    rescheduled_at: list[int] = []
    round: int | None = None
    stage_event: InterviewEvent | None = None

    @property
    def current(self) -> Appointment:
        """The latest appointment."""
        return self.appointments[-1]

    @property
    def scheduled_at(self) -> int | None:
        """When it was booked; None if only its outcome was reported."""
        return self.booked.header.at if self.booked is not None else None

    @property
    def outcomes(self) -> list[Appointment]:
        """The appointments that were held, missed or, the last one, cancelled."""
        return [appointment for appointment in self.appointments if appointment.told]

    def take(self, event: InterviewEvent, *, moves: bool = False) -> None:
        """Take the next event; `moves` if it books a new appointment in place of a cancelled one."""
        is_booking = event.header.kind in {SCHEDULED, RESCHEDULED}
        is_first = not self.appointments
        if is_first:
            self.appointments.append(Appointment())
        if is_booking and self.booked is None:
            self.booked = event
        if is_booking or moves:
            self._book(event, is_first=is_first, moves=moves)
        if not is_booking:
            self._end(event)
        if event.interviewers is not None:
            self.current.people = event.interviewers
            self.current.shadows = event.shadows
        if event.round is not None:
            self.round = event.round
        if event.stage is not None:
            self.stage_event = event

    def _book(self, event: InterviewEvent, *, is_first: bool, moves: bool) -> None:
        now = self.current
        other_start = event.starts_at is not None and event.starts_at != now.starts_at
        if event.header.kind == RESCHEDULED or moves:
            unchanged = (
                event.starts_at is not None
                and event.ends_at is not None
                and (event.starts_at, event.ends_at) == (now.starts_at, now.ends_at)
            )
            moved = moves or not unchanged
        else:
            moved = not is_first and other_start and now.starts_at is not None
        if now.kind == CANCELLED:
            now.told = now.before_cancelled
        if moved:
            self.rescheduled_at.append(event.header.at)
            self._appoint(event)
            return
        now.starts_at = now.starts_at if event.starts_at is None else event.starts_at
        now.ends_at = now.ends_at if event.ends_at is None else event.ends_at

    def _end(self, event: InterviewEvent) -> None:
        now = self.current
        other_start = event.starts_at is not None and event.starts_at != now.starts_at
        if other_start and now.starts_at is not None and now.kind in {COMPLETED, NO_SHOW}:
            self.rescheduled_at.append(event.header.at)
            self._appoint(event)
            now = self.current
        elif other_start:
            now.starts_at, now.ends_at = event.starts_at, event.ends_at
        elif event.ends_at is not None:
            now.ends_at = event.ends_at
        if event.header.kind == COMPLETED:
            now.told_held.append(event)
        if now.kind == event.header.kind:
            now.told.append(event)
            return
        now.before_cancelled = now.told if event.header.kind == CANCELLED else []
        now.told = [event]

    def _appoint(self, event: InterviewEvent) -> None:
        """Begin another appointment; one that came to nothing is forgotten."""
        now = self.current
        following = Appointment(event.starts_at, event.ends_at, now.people, now.shadows)
        if not now.told:
            self.appointments[-1] = following
        else:
            self.appointments.append(following)


def read_interviews(events: Iterable[FunnelEvent]) -> list[Interview]:
    """The interviews of an attempt in the order of their first events; a deleted one never was."""
    by_id = _events_by_id(events)
    successors = _successors(by_id)
    followers = set(successors.values())
    interviews = []
    for id_ in by_id:
        if id_ in followers:
            continue
        interview = Interview([])
        link: str | None = id_
        while link is not None:
            interview.ids.append(link)
            for number, event in enumerate(by_id[link]):
                interview.take(event, moves=number == 0 and link != id_)
            link = successors.get(link)
        interviews.append(interview)
    return interviews


def _events_by_id(events: Iterable[FunnelEvent]) -> dict[str, list[InterviewEvent]]:
    """The events of each interview, with a cancellation where a snapshot of its schedule lists it no longer."""
    by_id: dict[str, list[InterviewEvent]] = {}
    for event in events:
        match event:
            case InterviewEvent() if event.header.kind == DELETED:
                by_id.pop(event.interview_id, None)
            case InterviewEvent():
                by_id.setdefault(event.interview_id, []).append(event)
            case UpdateEvent() if event.schedule is not None:
                _apply_snapshot(by_id, event, event.schedule)
    return by_id


def _apply_snapshot(
    by_id: dict[str, list[InterviewEvent]], event: UpdateEvent, snapshot: ScheduleSnapshot
) -> None:
    """Cancel the open interviews of the schedule that are not listed, and put back those that are listed again."""
    for id_, events in by_id.items():
        if _schedule(events) != snapshot.id:
            continue
        if id_ in snapshot.interview_ids:
            if isinstance(events[-1], UnlistedInterview):
                events.pop()
        elif _is_open(events):
            header = msgspec.structs.replace(event.header, kind=CANCELLED)
            unlisted = UnlistedInterview(
                header=header, application=ApplicationAttributes(), interview_id=id_
            )
            events.append(unlisted)


def _is_open(events: list[InterviewEvent]) -> bool:
    """Whether the latest appointment has no outcome so far."""
    interview = Interview([])
    for event in events:
        interview.take(event)
    return interview.current.kind is None


def _schedule(events: list[InterviewEvent]) -> str | None:
    return next((event.schedule_id for event in reversed(events) if event.schedule_id), None)


def _cancelled_at(events: list[InterviewEvent]) -> int:
    """The instant of the cancellation that nothing followed; told again, it keeps its first."""
    at = events[-1].header.at
    for event in reversed(events):
        if event.header.kind != CANCELLED:
            break
        at = event.header.at
    return at


def _successors(by_id: dict[str, list[InterviewEvent]]) -> dict[str, str]:
    """Which interview was booked in place of which cancelled one, within one schedule of the calendar."""
    by_schedule: dict[str, list[str]] = {}
    for id_, events in by_id.items():
        schedule = _schedule(events)
        if schedule is not None:
            by_schedule.setdefault(schedule, []).append(id_)
    successors: dict[str, str] = {}
    for ids in by_schedule.values():
        cancelled = [id_ for id_ in ids if by_id[id_][-1].header.kind == CANCELLED]
        cancelled.sort(key=lambda id_: _cancelled_at(by_id[id_]))
        for id_ in cancelled:
            first_at, cancelled_at = by_id[id_][0].header.at, _cancelled_at(by_id[id_])
            for other in ids:
                booked_at = by_id[other][0].header.at
                replaces = booked_at >= cancelled_at or (
                    booked_at >= cancelled_at - CALENDAR_CHANGE_MS and booked_at > first_at
                )
                taken = other in successors.values() or _leads_to(successors, other, id_)
                if replaces and not taken:
                    successors[id_] = other
                    break
    return successors


def _leads_to(successors: dict[str, str], id_: str, other: str) -> bool:
    """Whether the interview is the other one or was replaced by it, at once or in steps."""
    link: str | None = id_
    while link is not None and link != other:
        link = successors.get(link)
    return link == other
