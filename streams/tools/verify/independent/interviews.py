"""The interviews of one attempt: when each was scheduled, moved, held, missed or cancelled, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from streams.tools.verify.independent.told import (
    UNTOLD,
    JsonObject,
    Moment,
    Told,
    known_instant,
)

SCHEDULED, RESCHEDULED = "interview.scheduled", "interview.rescheduled"
HELD, NO_SHOW, CANCELLED = "interview.completed", "interview.no_show", "interview.cancelled"
OUTCOMES = (HELD, NO_SHOW, CANCELLED)
DELETED = "interview.deleted"
REFUSALS = ("declined", "decline", "rejected", "no")
EARLIER_MS = (
    600_000  # a calendar may create the new interview so long before it cancels the old one
)
LONGEST_MS = 24 * 3_600_000  # an interview that lasts longer is a mistake

Line = tuple[Moment, Told]


@dataclass(eq=False)
class MeetingDate:
    """One date of an interview: its times if known, how it came out, the lines told about it.

    `outcome` is as told first, `told_last` when it was told last, `before_cancelled` what a cancellation replaced.
    """

    start: int | None = None
    end: int | None = None
    outcome: Line | None = None
    told_last: Moment | None = None
    before_cancelled: tuple[Line | None, Moment | None] = (None, None)
    lines: list[Line] = field(default_factory=list)

    @property
    def kind(self) -> str | None:
        """How it came out."""
        return None if self.outcome is None else self.outcome[1].kind

    @property
    def moment(self) -> Moment:
        """When it was held or missed: its start, unless the outcome was told before it or the times make no sense."""
        told = Moment(0, UNTOLD) if self.outcome is None else self.outcome[0]
        if self.kind == CANCELLED:
            return told
        starts = self.held_as_told(self.told_last or told).at == self.start
        return Moment(self.start or 0, UNTOLD) if starts else told

    def come_out(self, line: Line) -> None:
        """It was held, missed or cancelled; the same told again keeps the first instant."""
        if self.kind != line[1].kind:
            if line[1].kind == CANCELLED:
                self.before_cancelled = (self.outcome, self.told_last)
            self.outcome = line
        self.told_last = line[0]

    def put_back(self) -> None:
        """Take a cancellation back, and with it what it had replaced."""
        if self.kind == CANCELLED:
            self.outcome, self.told_last = self.before_cancelled

    def held_as_told(self, told: Moment) -> Moment:
        """When it was held, as far as was known when that was told: at its start, if that was not to come."""
        if self.start is None or self.start > told.at or self.ends_before_start:
            return told
        return Moment(self.start, UNTOLD)

    @property
    def ends_before_start(self) -> bool:
        """Whether its times contradict each other."""
        return self.start is not None and self.end is not None and self.end < self.start

    @property
    def minutes(self) -> int | None:
        """How long it lasted, if its times are known and make sense."""
        if self.start is None or self.end is None or self.is_nonsense:
            return None
        return (self.end - self.start) // 60_000

    @property
    def is_nonsense(self) -> bool:
        """Whether it ended before it began, or lasted more than a day."""
        both = self.start is not None and self.end is not None
        return both and not 0 <= (self.end or 0) - (self.start or 0) <= LONGEST_MS


@dataclass(eq=False)
class ToldMeeting:
    """One interview under all of its ids; `moved` are its reschedulings."""

    ids: tuple[str, ...]
    lines: list[Line]
    appointments: list[MeetingDate]
    moved: list[Line]

    @property
    def scheduled(self) -> Moment | None:
        """When it was scheduled, as told first; None if it is known from its outcome alone."""
        told = [moment for moment, event in self.lines if event.kind in {SCHEDULED, RESCHEDULED}]
        return told[0] if told else None

    @property
    def appointments_held(self) -> list[MeetingDate]:
        """The appointments that took place."""
        return [appointment for appointment in self.appointments if appointment.kind == HELD]

    @property
    def is_cancelled(self) -> bool:
        """Whether its last word is a cancellation."""
        return self.appointments[-1].kind == CANCELLED

    def last(self, name: str) -> JsonObject | int | None:
        """The last word on its round or stage."""
        values = [event.data.get(name) for _, event in self.lines]
        return next((value for value in reversed(values) if value is not None), None)

    def people(self) -> tuple[str, ...]:
        """The interviewers by its latest list."""
        return interviewers(_latest_list(self.lines))

    def people_at(self, appointment: MeetingDate) -> tuple[str, ...]:
        """The interviewers of one appointment: by the latest list until the next appointment was made."""
        return interviewers(self.list_at(appointment))

    def list_at(self, appointment: MeetingDate) -> list[JsonObject]:
        """The latest list of people, those who watched or refused too, until the next appointment was made."""
        number = self.appointments.index(appointment)
        lines = [line for earlier in self.appointments[: number + 1] for line in earlier.lines]
        return _latest_list(lines)

    def held_before(self, instant: int) -> MeetingDate | None:
        """The latest appointment held by then, the last one of several at one instant; else the first one held."""
        before = [
            appointment
            for appointment in reversed(self.appointments_held)
            if appointment.moment.at <= instant
        ]
        if before:
            return max(before, key=lambda appointment: appointment.moment.at)
        return min(
            self.appointments_held, key=lambda appointment: appointment.moment.at, default=None
        )


def _latest_list(lines: Sequence[Line]) -> list[JsonObject]:
    lists = [list(event.data.get("interviewers") or ()) for _, event in lines]
    return next((people for people in reversed(lists) if people), [])


def interviewers(people: Sequence[JsonObject]) -> tuple[str, ...]:
    """Those on a list who interview: who watches or refused does not."""
    names = [
        person["user_id"]
        for person in people
        if person.get("role") != "shadow"
        and (person.get("response") or "").casefold() not in REFUSALS
    ]
    return tuple(dict.fromkeys(names))


def interviews_of(events: Sequence[tuple[int, Told]]) -> list[ToldMeeting]:
    """The interviews of an attempt, in the order in which they were first told; `events` may be listings of schedules too."""
    by_id: dict[str, list[Line]] = {}
    for place, event in events:
        if "interview_id" not in event.data:
            _compare(by_id, (Moment(event.at, place), event))
            continue
        lines = by_id.setdefault(event.data["interview_id"], [])
        if event.kind == DELETED:
            lines.clear()  # it never was
        else:
            lines.append((Moment(event.at, place), event))
    told = {name: lines for name, lines in by_id.items() if lines}
    interviews = [_read(ids, told) for ids in _join_calendar_changes(told)]
    return sorted(interviews, key=lambda interview: interview.lines[0][0])


def _compare(by_id: dict[str, list[Line]], listing: Line) -> None:
    """Compare what was told of a schedule with a listing of it: what is missing was called off, unless it has come out.

    What a listing called off is on again as soon as another one has it, if nobody said anything of it in between.
    """
    moment, event = listing
    schedule = event.data["schedule"]
    for name, lines in by_id.items():
        if not lines or _schedule(lines) != schedule["id"]:
            continue
        called_off = lines[-1][1].kind == CANCELLED and "schedule" in lines[-1][1].data
        if name not in (schedule.get("interview_ids") or ()):
            if _read((name,), {name: lines}).appointments[-1].outcome is None:
                told = replace(event, kind=CANCELLED, data={"schedule": schedule})
                lines.append((moment, told))
        elif called_off:
            lines.pop()


def _join_calendar_changes(told: dict[str, list[Line]]) -> list[tuple[str, ...]]:
    """The ids of each interview: one cancelled and another created under the same schedule are one."""
    follower: dict[str, str] = {}
    cancelled = [name for name, lines in told.items() if lines[-1][1].kind == CANCELLED]
    cancelled.sort(key=lambda name: _cancelled_at(told[name]).at)
    for name in cancelled:
        candidates = [
            other
            for other in told
            if other != name
            and other not in follower.values()
            and name not in _followed_by(other, follower)
            and _replaces(told[other], told[name])
        ]
        if candidates:
            follower[name] = min(candidates, key=lambda other: told[other][0][0])
    first = [name for name in told if name not in follower.values()]
    return [(name, *_followed_by(name, follower)) for name in first]


def _followed_by(name: str, follower: dict[str, str]) -> list[str]:
    """The interviews that replaced this one, one after the other."""
    chain = [name]
    while chain[-1] in follower:
        chain.append(follower[chain[-1]])
    return chain[1:]


def _cancelled_at(lines: list[Line]) -> Moment:
    """The moment of the cancellation that nothing followed."""
    moment = lines[-1][0]
    for earlier, event in reversed(lines):
        if event.kind != CANCELLED:
            break
        moment = earlier
    return moment


def _replaces(other: list[Line], cancelled: list[Line]) -> bool:
    """Whether the other interview was created in the place of the cancelled one."""
    schedule = _schedule(cancelled)
    created, end = other[0][0].at, _cancelled_at(cancelled).at
    soon = created >= end or (created >= end - EARLIER_MS and created > cancelled[0][0].at)
    return schedule is not None and schedule == _schedule(other) and soon


def _schedule(lines: list[Line]) -> str | None:
    values = [event.data.get("schedule_id") for _, event in lines]
    return next((value for value in reversed(values) if value is not None), None)


def _read(ids: tuple[str, ...], told: dict[str, list[Line]]) -> ToldMeeting:
    """One interview from the lines of all its ids, one id after the other; the creation of each later id moves it."""
    created = {told[later][0][0] for later in ids[1:]}
    lines = [line for name in ids for line in told[name]]
    interview = ToldMeeting(ids, lines, [MeetingDate()], [])
    for line in lines:
        _hear(interview, line, replaces=line[0] in created)
    return interview


def _hear(interview: ToldMeeting, line: Line, *, replaces: bool) -> None:
    """Take in one line: it makes another appointment, or says something of the present one.

    `replaces`: it is the first line of an interview created in the place of a cancelled one.
    """
    _, event = line
    present = interview.appointments[-1]
    times = (known_instant(event.data.get("start")), known_instant(event.data.get("end")))
    another = replaces or _is_another(event, present, times)
    if replaces or event.kind in {SCHEDULED, RESCHEDULED}:
        present.put_back()
    if another:
        present = MeetingDate()
        interview.appointments.append(present)
        interview.moved.append(line)
    start, end = times
    if start is not None:
        kept = present.end if start == present.start else None
        present.start, present.end = start, kept if end is None else end
    present.lines.append(line)
    if event.kind in OUTCOMES:
        present.come_out(line)


def _is_another(event: Told, present: MeetingDate, times: tuple[int | None, int | None]) -> bool:
    """Whether the event tells another appointment than the present one."""
    start, _ = times
    differs = start is not None and present.start is not None and start != present.start
    if event.kind == RESCHEDULED:
        return None in times or times != (present.start, present.end)
    if event.kind == SCHEDULED:
        return differs
    return event.kind in OUTCOMES and differs and present.kind in {HELD, NO_SHOW}
