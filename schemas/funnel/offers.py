"""Offers (内定) of one application: each counts once by its id, by its latest version."""

from schemas.funnel import pending_feedback
from schemas.funnel.first_response import respond
from schemas.funnel.hires import offered, offered_after
from schemas.funnel.history import FunnelEvent
from schemas.funnel.items import item_of
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, Item, State, retract

# The latest answer to an offer replaces the one before.
OUTCOMES = {
    "offer.accepted": "offers_accepted",
    "offer.declined": "offers_declined",
    "offer.expired": "offers_expired",
    "offer.revoked": "offers_revoked",
}


def offer(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """内定: made when first sent or answered; a superseded or deleted one was never made.

    An event of an older version than the latest seen says nothing any more. Who declines after accepting has reneged
    (承諾後辞退): the acceptance stands.
    """
    if not state.responded:
        respond(state, event, rules, changes)
    item = item_of(state, event)
    if event.number is not None:
        if event.number < item.version:
            return
        item.version = event.number
    before = pending_feedback.of(state, item)
    if event.kind in {"offer.superseded", "offer.deleted"}:
        _unmake(state, item, changes)
    else:
        _make(state, event, item, rules, changes)
    pending_feedback.replace(changes, before, pending_feedback.of(state, item))


def _make(
    state: State, event: FunnelEvent, item: Item, rules: Rules, changes: list[Change]
) -> None:
    day = rules.day(event.at)
    if not item.first and event.kind not in {"offer.created", "offer.approved"}:
        state.emit(changes, item.first, "offers_made", day)
        for visit in state.visits:
            offered_after(state, changes, visit)
    if event.kind in OUTCOMES:
        _answer(state, event, item, rules, changes)


def _unmake(state: State, item: Item, changes: list[Change]) -> None:
    retract(changes, item.latest)
    retract(changes, item.first)
    item.accepted = False
    if not offered(state):
        for visit in state.visits:
            retract(changes, visit.after)


def _answer(
    state: State, event: FunnelEvent, item: Item, rules: Rules, changes: list[Change]
) -> None:
    day = rules.day(event.at)
    if event.kind == "offer.declined" and item.accepted:
        known = [fact[0] for _, fact in (*item.latest, *state.ending)]
        if "offers_reneged" not in known:
            state.emit(changes, item.latest, "offers_reneged", day)
        return
    retract(changes, item.latest)
    state.emit(changes, item.latest, OUTCOMES[event.kind], day)
    item.accepted = event.kind == "offer.accepted"
    if item.accepted:
        state.accepted = day
        waited = max(0, day - state.cohort)
        state.emit(changes, item.latest, f"accept_days.{waited}", day)
        if event.amount is not None and event.reason_name == rules.currency:
            state.emit(changes, item.latest, "compensation", day, n=event.amount)
