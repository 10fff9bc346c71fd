"""How long a job or a seat was open when the hire filled it, without the days on hold."""

from collections.abc import Sequence

from streams.tools.verify.independent.told import Calendar, Moment, Told


def days_open(
    story: Sequence[Told], job: str | None, opening: str | None, hire: Moment, calendar: Calendar
) -> int | None:
    """Local days from the opening of the seat, else of the job, to the hire; None if no opening was told.

    A job that was opened again after it closed begins anew. Below 0 if the seat was opened after the hire.
    """
    before = list(enumerate(story))[: hire.place]
    jobs = [event for _, event in before if _is_about(event, "job", job)]
    seats = [event for event in story if _is_about(event, "opening", opening)]
    opened = _opened_last([event for event in seats if event.at <= hire.at]) or _opened_last(seats)
    opened = opened or _opened_last(jobs)
    if opened is None:
        return None
    first, last = calendar.day(opened.at), calendar.day(hire.at)
    return last - first - _days_on_hold(jobs, opened, hire, calendar)


def _is_about(event: Told, topic: str, name: str | None) -> bool:
    return (
        name is not None
        and event.kind.startswith(f"{topic}.")
        and event.data.get(f"{topic}_id") == name
    )


def _opened_last(events: Sequence[Told]) -> Told | None:
    """The opening that counts: the first one since it was last closed and opened again."""
    opened: Told | None = None
    closed = True
    for event in events:
        if event.kind.endswith(".opened") and closed:
            opened, closed = event, False
        elif event.kind.endswith(".closed"):
            closed = True
    return opened


def _days_on_hold(jobs: Sequence[Told], opened: Told, hire: Moment, calendar: Calendar) -> int:
    """The local days between each pause and the next opening, or the hire."""
    days, since = 0, None
    for event in jobs:
        if event.at < opened.at:
            continue
        if event.kind == "job.paused" and since is None:
            since = calendar.day(event.at)
        elif event.kind == "job.opened" and since is not None:
            days, since = days + calendar.day(event.at) - since, None
    return days if since is None else days + calendar.day(hire.at) - since
