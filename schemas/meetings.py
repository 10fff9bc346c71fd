"""Interviews, scorecards and offers of one application: each is counted by its id, whatever its events repeat."""

from schemas.history import Happening
from schemas.rules import Rules
from schemas.state import Change, Item, State, take_back

# The latest status of an interview or offer replaces the one before.
OUTCOMES = {
    "interview.completed": "interviews_held",
    "interview.no_show": "interviews_no_show",
    "interview.cancelled": "interviews_cancelled",
    "offer.accepted": "offers_accepted",
    "offer.declined": "offers_declined",
    "offer.expired": "offers_expired",
    "offer.revoked": "offers_revoked",
}


def _item(state: State, event: Happening) -> Item:
    key = f"{event.kind.partition('.')[0]}/{event.entity}"
    item = state.items.get(key)
    if item is None:
        item = state.items[key] = Item([], [])
    return item


def _join(state: State, people: tuple[str, ...]) -> None:
    """The interviewers who decide on the visit the application is in."""
    if state.visits:
        there = state.visits[-1].people
        there.extend(person for person in people if person not in there)


def interview(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """面接: scheduled once, then held, missed or cancelled; the latest outcome counts."""
    item = _item(state, event)
    item.people = event.people or item.people
    day = rules.day(event.at)
    if event.kind in OUTCOMES:
        take_back(changes, item.latest)
        state.gain(changes, item.latest, OUTCOMES[event.kind], day, item.people)
        if event.kind == "interview.completed":
            _join(state, item.people)
    elif not item.first:
        state.gain(changes, item.first, "interviews_scheduled", day, item.people)


def feedback(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """評価: one scorecard counts once, as it was last submitted; a deleted one not at all."""
    if event.kind == "feedback.requested":
        return
    item = _item(state, event)
    take_back(changes, item.latest)
    if event.kind == "feedback.deleted":
        return
    item.people = event.people or item.people
    day = rules.day(event.at)
    state.gain(changes, item.latest, "feedback_submitted", day, item.people)
    if event.number:
        sign = "feedback_positive" if event.number > 0 else "feedback_negative"
        state.gain(changes, item.latest, sign, day, item.people)
    _join(state, item.people)


def offer(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """内定: made when first sent or answered; a superseded or deleted one was never made.

    An event of an older version than the latest seen says nothing any more.
    """
    item = _item(state, event)
    if event.number is not None:
        if event.number < item.version:
            return
        item.version = event.number
    if event.kind in {"offer.superseded", "offer.deleted"}:
        take_back(changes, item.latest)
        take_back(changes, item.first)
        return
    day = rules.day(event.at)
    if not item.first and event.kind not in {"offer.created", "offer.approved"}:
        state.gain(changes, item.first, "offers_made", day)
    if event.kind in OUTCOMES:
        take_back(changes, item.latest)
        state.gain(changes, item.latest, OUTCOMES[event.kind], day)
