"""What is owed after a meeting or an offer: scorecards, a first word of feedback, an answer. Durations until it came.

A scorecard is owed by every interviewer of an interview that was held, feedback by any of them, an answer by the candidate.
Nothing is owed any more once the application has ended, nor where the system never tells of scorecards. All of it counts on the day from which it is owed, so that what is
missing now is who began less who ended, as for the stays at a stage.
"""

from schemas.funnel.history import FunnelEvent
from schemas.funnel.state import EVERYWHERE, Change, Fact, Item, State, lasted

HELD, MADE = "interviews_held", "offers_made"
ENDED = "closed"
People = tuple[str, ...]


def held(item: Item) -> Fact | None:
    """What an interview was counted as when it was held; None where it was not."""
    for _, fact in item.latest:
        if fact[0] == HELD:
            return fact
    return None


def met(state: State, event: FunnelEvent) -> Item | None:
    """The interview that a scorecard is of: the one it names or was given to, else the latest held with its author."""
    if event.about is not None:
        return state.items.get(f"interview/{event.about}")
    found, latest = None, -1
    for item in state.items.values():
        if not item.owes:
            continue
        if item.given and any(each[0] == event.entity for each in item.given):
            return item
        fact = held(item)
        if fact is not None and fact[1] >= latest and not set(event.people).isdisjoint(fact[3]):
            found, latest = item, fact[1]
    return found


def submitted(state: State, event: FunnelEvent, day: int, changes: list[Change]) -> None:
    """A scorecard was given on a local day, or is gone; its first day stands, nobody named is the empty name."""
    item = met(state, event)
    if item is None or event.entity is None:
        return
    before = of(state, item)
    known = [each for each in item.given if each[0] == event.entity]
    if event.kind == "feedback.deleted":
        item.given[:] = [each for each in item.given if each not in known]
    elif not known:
        item.given.extend((event.entity, person, day) for person in event.people or ("",))
    replace(changes, before, of(state, item))


def of(state: State, item: Item) -> list[Change]:
    """What is owed after an interview that was held, or how long an offer waits, as known now."""
    if item.owes:
        fact = held(item)
        return [] if fact is None else _words(state, item, fact)
    return _answer(state, item.first[0][1], item.latest) if item.first else []


def _words(state: State, item: Item, fact: Fact) -> list[Change]:
    _, since, recruiter, people, _ = fact
    found: list[Change] = []
    for person in people:
        own = [day for _, author, day in item.given if author in {person, ""}]
        found += _until(state, "scorecard", ("scorecards_due", since, recruiter, (person,)), own)
    first = [day for _, _, day in item.given]
    return found + _until(state, "feedback", ("feedback_due", since, recruiter, people), first)


def _until(
    state: State, what: str, due: tuple[str, int, str | None, People], days: list[int]
) -> list[Change]:
    """What is owed from a day on, and until which day it was."""
    _, since, recruiter, people = due
    day, outcome = min(days, default=None), "submitted"
    if state.gone is not None and (day is None or state.gone < day):
        day, outcome = state.gone, ENDED
    if day is None:
        return [(1, (*due, EVERYWHERE))]
    return [
        (1, (*due, EVERYWHERE)),
        (1, lasted((f"{what}.{outcome}", people, recruiter), (since, day))),
    ]


def _answer(state: State, first: Fact, latest: list[Change]) -> list[Change]:
    measure, made, recruiter, _, _ = first
    if measure != MADE:
        return []
    day, outcome = state.gone, ENDED
    if latest:
        fact = latest[0][1]
        day, outcome = fact[1], fact[0].removeprefix("offers_")
    if day is None:
        return []
    return [(1, lasted((f"answer.{outcome}", (), recruiter), (made, day)))]


def replace(changes: list[Change], before: list[Change], now: list[Change]) -> None:
    """Change what differs, and nothing else: every fact costs a cell in each dimension."""
    if before:
        changes.extend((-n, fact) for n, fact in before if (n, fact) not in now)
        changes.extend(each for each in now if each not in before)
    else:
        changes.extend(now)


def settle(state: State, changes: list[Change], day: int | None) -> None:
    """The application ended on a local day, or goes on (None): what was owed is owed no more, or again."""
    if state.gone == day:
        return
    owing = [(item, of(state, item)) for item in state.items.values() if item.owes or item.first]
    state.gone = day
    for item, before in owing:
        replace(changes, before, of(state, item))
