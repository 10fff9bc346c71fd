"""The employments that an attempt led to, and the ratings after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from streams.tools.verify.independent.told import HIRED, Calendar, Moment, Told, day_of_date


class NamedDay(NamedTuple):
    """A local day, and the moment at which an event named it."""

    day: int
    named_at: Moment


@dataclass(frozen=True, kw_only=True)
class Tenure:
    """One employment: its first and last day, None if unknown. `planned`: no event told the start."""

    start: NamedDay | None
    end: NamedDay | None = None
    planned: bool = False


def employments_of(events: Sequence[tuple[int, Told]], calendar: Calendar) -> list[Tenure]:
    """The employments in order, as they stand in the end."""
    employments: list[Tenure] = []
    for place, event in events:
        moment = Moment(event.at, place)
        if event.kind == HIRED and event.data.get("start_date"):
            if all(employment.planned for employment in employments):
                start = NamedDay(day_of_date(event.data["start_date"]), moment)
                end = employments[-1].end if employments else None
                employments = [Tenure(start=start, end=end, planned=True)]
        elif event.kind == "employment.started":
            _start(employments, NamedDay(_day(event, "start", calendar), moment))
        elif event.kind == "employment.ended":
            end = NamedDay(_day(event, "end", calendar), moment)
            last = employments.pop() if employments else Tenure(start=None)
            employments.append(replace(last, end=end))
        elif event.kind == "employment.start_cancelled" and employments:
            employments.pop()
        elif event.kind == "employment.end_cancelled" and employments:
            employments.append(replace(employments.pop(), end=None))
    return employments


def _start(employments: list[Tenure], start: NamedDay) -> None:
    """A start moves the last one, unless that employment ended by then: coming back is another employment."""
    last = employments[-1] if employments else None
    if last is None or (last.end is not None and start.day >= last.end.day):
        employments.append(Tenure(start=start))
    else:
        employments[-1] = replace(last, start=start, planned=False)


def _day(event: Told, name: str, calendar: Calendar) -> int:
    date_text = event.data.get(name)
    return calendar.day(event.at) if date_text is None else day_of_date(date_text)


def ratings_of(events: Sequence[tuple[int, Told]]) -> list[tuple[int, Told]]:
    """The ratings that stand: of one rating id the latest, unless it takes the rating back."""
    rated = [(place, e) for place, e in events if e.kind == "employment.performance_rated"]
    latest = {e.data["rating_id"]: e for _, e in rated if e.data.get("rating_id") is not None}
    standing = [
        (place, event)
        for place, event in rated
        if event.data.get("rating_id") is None or latest[event.data["rating_id"]] is event
    ]
    return [(place, event) for place, event in standing if event.data.get("rating") is not None]


def tenths(rating: float) -> int:
    """A rating in tenths of its scale, at most 1000 either way."""
    return max(-1_000, min(1_000, round(rating * 10)))
