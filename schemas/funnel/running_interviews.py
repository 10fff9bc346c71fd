"""Interviews of an attempt whose events still arrive: only the one that an event names is read again."""

from schemas.funnel.appointments import DELETED, Interview, read_interviews
from schemas.funnel.funnel_events import FunnelEvent, InterviewEvent


class RunningInterviews:
    """The interviews told so far, as `read_interviews` reads them.

    An interview of no schedule depends on its own events alone and takes them one by one. A schedule, or a deletion, makes
    interviews depend on each other: from the first one on, all are read as a whole.
    """

    __slots__ = ("_by_id", "_independent", "_taken", "all")

    def __init__(self) -> None:
        """Start without an interview."""
        self.all: list[Interview] = []
        self._by_id: dict[str, Interview] = {}
        self._independent = True
        self._taken = 0

    def refresh(self, events: list[FunnelEvent]) -> None:
        """Take what `events`, which are in order and only grow at their end, tell since the last call."""
        while self._independent and self._taken < len(events):
            self._independent = self._take(events[self._taken])
            self._taken += 1
        if not self._independent:
            self.all = read_interviews(events)

    def _take(self, event: FunnelEvent) -> bool:
        """Take the next event; return whether interviews are still independent of each other."""
        if (
            not isinstance(event, InterviewEvent)
            or event.schedule_id
            or event.header.kind == DELETED
        ):
            return False
        interview = self._by_id.get(event.interview_id)
        if interview is None:
            interview = self._by_id[event.interview_id] = Interview([event.interview_id])
            self.all.append(interview)
        interview.take(event)
        return True
