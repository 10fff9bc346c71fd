"""Interviews, scorecards and offers of one application: each is counted by its id, whatever its events repeat."""

from schemas import owed
from schemas.hiring import offered, offered_after
from schemas.history import Happening
from schemas.response import LONGEST_SCORECARD_H, hours, respond
from schemas.rules import Rules
from schemas.state import DECIDED, Change, Item, State, Visit, take_back, with_people

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
# 評価 by the canonical scale of decisions.
DECISIONS = {
    -2: "feedback.strong_no",
    -1: "feedback.no",
    0: "feedback.mixed",
    1: "feedback.yes",
    2: "feedback.strong_yes",
    None: "feedback.undecided",
}
MINUTE_MS = 60_000
LONGEST_INTERVIEW_M = 1_440


def _item(state: State, event: Happening) -> Item:
    key = f"{event.kind.partition('.')[0]}/{event.entity}"
    item = state.items.get(key)
    if item is None:
        item = state.items[key] = Item([], [])
    return item


def _visit(state: State, milestone: str | None) -> Visit | None:
    """The stay an interview belongs to: the one at its milestone, else the present one."""
    for visit in reversed(state.visits):
        if milestone is None or visit.milestone == milestone:
            return visit
    return state.visits[-1] if state.visits else None


def _join(
    state: State, changes: list[Change], milestone: str | None, people: tuple[str, ...]
) -> None:
    """The interviewers decide on the stay their interview belongs to, also when their word comes after the decision."""
    visit = _visit(state, milestone)
    if visit is None:
        return
    visit.met = True
    fresh = [person for person in people if person not in visit.people]
    if not fresh:
        return
    visit.people.extend(fresh)
    decided = tuple(visit.people)
    with_people(changes, visit.left, decided)
    with_people(changes, visit.after, decided)
    offered_after(state, changes, visit)
    if visit is state.visits[-1]:
        with_people(changes, state.parting, decided)


def interview(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """面接: scheduled once, then held, missed or cancelled; the latest outcome counts, and every rescheduling."""
    if not state.responded:
        respond(state, event, rules, changes)
    item = _item(state, event)
    item.people = event.people or item.people
    if item.milestone is None and state.visits:
        item.milestone = state.visits[-1].milestone
    day = rules.day(event.at)
    if event.end is not None:
        item.end = event.end
    if event.kind in OUTCOMES:
        before = owed.of(state, item)
        take_back(changes, item.latest)
        state.gain(changes, item.latest, OUTCOMES[event.kind], day, item.people)
        if event.kind == "interview.completed":
            _held(state, event, item, day, changes)
            item.owes = rules.scorecards(event.connection)
        owed.replace(changes, before, owed.of(state, item))
        return
    if not item.first:
        state.gain(changes, item.first, "interviews_scheduled", day, item.people)
    if event.kind == "interview.rescheduled":
        state.gain(changes, item.first, "interviews_rescheduled", day, item.people)


def _held(state: State, event: Happening, item: Item, day: int, changes: list[Change]) -> None:
    if item.end is None:
        item.end = event.at
    if event.begin is not None and event.end is not None:
        lasted = min(max(0, event.end - event.begin) // MINUTE_MS, LONGEST_INTERVIEW_M)
        measure = f"interview_minutes.{lasted}"
        state.gain(changes, item.latest, measure, day, item.people, DECIDED)
    _join(state, changes, item.milestone, item.people)


def feedback(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """評価: one scorecard counts once, as it was last submitted; a deleted one not at all."""
    if event.kind == "feedback.requested":
        return
    if not state.responded:
        respond(state, event, rules, changes)
    item = _item(state, event)
    take_back(changes, item.latest)
    day = rules.day(event.at)
    owed.submitted(state, event, day, changes)
    if event.kind == "feedback.deleted":
        return
    item.people = event.people or item.people
    state.gain(changes, item.latest, DECISIONS[event.number], day, item.people)
    met = state.items.get(f"interview/{event.about}")
    if item.end is None and met is not None and met.end is not None:
        item.end = event.at  # the first submission is what can be late
        item.version = hours(met.end, event.at, LONGEST_SCORECARD_H)
    if item.end is not None:
        measure = f"scorecard_hours.{item.version}"
        state.gain(changes, item.latest, measure, day, item.people, DECIDED)
    _join(state, changes, None if met is None else met.milestone, item.people)


def offer(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """内定: made when first sent or answered; a superseded or deleted one was never made.

    An event of an older version than the latest seen says nothing any more. Who declines after accepting has reneged
    (承諾後辞退): the acceptance stands.
    """
    if not state.responded:
        respond(state, event, rules, changes)
    item = _item(state, event)
    if event.number is not None:
        if event.number < item.version:
            return
        item.version = event.number
    before = owed.of(state, item)
    if event.kind in {"offer.superseded", "offer.deleted"}:
        _unmake(state, item, changes)
    else:
        _make(state, event, item, rules, changes)
    owed.replace(changes, before, owed.of(state, item))


def _make(state: State, event: Happening, item: Item, rules: Rules, changes: list[Change]) -> None:
    day = rules.day(event.at)
    if not item.first and event.kind not in {"offer.created", "offer.approved"}:
        state.gain(changes, item.first, "offers_made", day)
        for visit in state.visits:
            offered_after(state, changes, visit)
    if event.kind in OUTCOMES:
        _answer(state, event, item, rules, changes)


def _unmake(state: State, item: Item, changes: list[Change]) -> None:
    take_back(changes, item.latest)
    take_back(changes, item.first)
    item.accepted = False
    if not offered(state):
        for visit in state.visits:
            take_back(changes, visit.after)


def _answer(
    state: State, event: Happening, item: Item, rules: Rules, changes: list[Change]
) -> None:
    day = rules.day(event.at)
    if event.kind == "offer.declined" and item.accepted:
        known = [fact[0] for _, fact in (*item.latest, *state.ending)]
        if "offers_reneged" not in known:
            state.gain(changes, item.latest, "offers_reneged", day)
        return
    take_back(changes, item.latest)
    state.gain(changes, item.latest, OUTCOMES[event.kind], day)
    item.accepted = event.kind == "offer.accepted"
    if item.accepted:
        state.accepted = day
        waited = max(0, day - state.cohort)
        state.gain(changes, item.latest, f"accept_days.{waited}", day)
        if event.amount is not None and event.reason_name == rules.currency:
            state.gain(changes, item.latest, "compensation", day, n=event.amount)
