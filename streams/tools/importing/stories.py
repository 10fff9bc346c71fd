"""Tell a few applications of an import in words, so that a person sees whether the map reads them right."""

from collections.abc import Iterable, Iterator

from streams.tools.importing.events import RowEvent
from streams.tools.importing.settling.settle import Settled

MAX_STORIES = 5
MAX_READ = 2_000  # entities looked at for the stories that say most
WORDS = {
    "application.created": "applied",
    "application.rejected": "was rejected",
    "application.withdrawn": "withdrew",
    "application.closed": "was closed",
    "application.hired": "was hired",
    "interview.scheduled": "had an interview scheduled",
    "interview.completed": "was interviewed",
    "interview.cancelled": "had an interview cancelled",
    "interview.no_show": "did not come to an interview",
    "feedback.submitted": "got a scorecard",
    "offer.sent": "was made an offer",
    "offer.accepted": "accepted the offer",
    "offer.declined": "declined the offer",
    "offer.expired": "let the offer expire",
    "offer.revoked": "had the offer revoked",
    "employment.started": "started work",
    "employment.ended": "left",
}


def choose_stories(settled: Iterable[Settled]) -> list[str]:
    """Up to five applications with different courses, those that say most first."""
    longest: dict[tuple[str, ...], Settled] = {}
    for number, entity in enumerate(settled):
        if number >= MAX_READ:
            break
        if entity.is_application and entity.events:
            longest.setdefault(tuple(event.type for event in entity.events), entity)
    chosen = sorted(longest.values(), key=lambda entity: -len(entity.events))
    return [tell(entity) for entity in chosen[:MAX_STORIES]]


def tell(settled: Settled) -> str:
    """The application as one sentence."""
    return f"{settled.entity} {', '.join(_clauses(settled.events))}."


def _clauses(events: tuple[RowEvent, ...]) -> Iterator[str]:
    for event in events:
        words = WORDS.get(event.type, event.type)
        if event.type == "application.stage_changed":
            words = f"moved to {event.stage}"
        day = event.fact.when.day
        yield f"{words} at an unknown time" if event.fact.undated else f"{words} on {day}"
