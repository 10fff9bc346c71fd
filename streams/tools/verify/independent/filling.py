"""How long a job or a seat was open when the hire filled it, without the days on hold."""

from collections.abc import Sequence

from streams.tools.verify.independent.told import Moment, Told

DAY_MS = 24 * 3_600_000


def days_open(
    story: Sequence[Told], job: str | None, opening: str | None, hire: Moment
) -> int | None:
    """Whole days of 24 hours from the opening of the seat, else of the job, to the hire; None if no opening was told.

    A job that was opened again after it closed begins anew. Of a seat opened after the hire nothing is known.
    """
    before = list(enumerate(story))[: hire.place]
    jobs = [event for _, event in before if _is_about(event, "job", job)]
    seats = [event for event in story if _is_about(event, "opening", opening)]
    opened = _opened_last([event for event in seats if event.at <= hire.at]) or _opened_last(seats)
    opened = opened or _opened_last(jobs)
    if opened is None or opened.at > hire.at:
        return None
    return (hire.at - opened.at - _on_hold(jobs, opened, hire)) // DAY_MS


def _is_about(event: Told, topic: str, name: str | None) -> bool:
    return (
        name is not None
        and event.kind.startswith(f"{topic}.")
        and event.data.get(f"{topic}_id") == name
    )


def _opened_last(events: Sequence[Told]) -> Told | None:
    """The opening that counts: the first one since it was last filled or closed and opened again."""
    opened: Told | None = None
    closed = True
    for event in events:
        if event.kind.endswith(".opened") and closed:
            opened, closed = event, False
        elif event.kind.endswith((".filled", ".closed")):
            closed = True
    return opened


def _on_hold(jobs: Sequence[Told], opened: Told, hire: Moment) -> int:
    """The milliseconds between each pause and the next opening, or the hire, as far as the search was open."""
    paused, since = 0, None
    for event in jobs:
        if event.kind == "job.paused" and since is None:
            since = max(event.at, opened.at)
        elif event.kind == "job.opened" and since is not None:
            paused, since = paused + max(event.at - since, 0), None
    return paused if since is None else paused + hire.at - since
