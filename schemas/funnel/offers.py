"""Offers (内定) of one application: each id counts once, by its latest version."""

from schemas.funnel import pending_feedback
from schemas.funnel.first_response import emit_first_response
from schemas.funnel.funnel_events import OfferEvent
from schemas.funnel.hires import emit_offered_after_pass, has_offer
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, Offer, State, retract

# The latest answer to an offer replaces the previous one.
OUTCOMES = {
    "offer.accepted": "offers_accepted",
    "offer.declined": "offers_declined",
    "offer.expired": "offers_expired",
    "offer.revoked": "offers_revoked",
}


def apply_offer(state: State, event: OfferEvent, rules: Rules, changes: list[Change]) -> None:
    """内定: an offer is made when first sent or answered; a superseded or deleted one was never made.

    An event of an older version than the latest seen is ignored. Declining after accepting is reneging (承諾後辞退): the
    acceptance stands.
    """
    if not state.responded:
        emit_first_response(state, event, rules, changes)
    offer = state.offers.get(event.offer_id)
    if offer is None:
        offer = state.offers[event.offer_id] = Offer()
    if event.version is not None:
        if event.version < offer.version:
            return
        offer.version = event.version
    before = pending_feedback.pending_answer(state, offer)
    if event.header.kind in {"offer.superseded", "offer.deleted"}:
        _retract_offer(state, offer, changes)
    else:
        _apply_status(state, event, offer, rules, changes)
    pending_feedback.replace_changes(changes, before, pending_feedback.pending_answer(state, offer))


def _apply_status(
    state: State, event: OfferEvent, offer: Offer, rules: Rules, changes: list[Change]
) -> None:
    kind, day = event.header.kind, rules.day(event.header.at)
    if not offer.first_changes and kind not in {"offer.created", "offer.approved"}:
        state.emit(changes, offer.first_changes, "offers_made", day)
        for visit in state.visits:
            emit_offered_after_pass(state, changes, visit)
    if kind in OUTCOMES:
        _apply_answer(state, event, offer, rules, changes)


def _retract_offer(state: State, offer: Offer, changes: list[Change]) -> None:
    retract(changes, offer.latest_changes)
    retract(changes, offer.first_changes)
    offer.accepted = False
    if not has_offer(state):
        for visit in state.visits:
            retract(changes, visit.follow_up_changes)


def _apply_answer(
    state: State, event: OfferEvent, offer: Offer, rules: Rules, changes: list[Change]
) -> None:
    kind, day = event.header.kind, rules.day(event.header.at)
    if kind == "offer.declined" and offer.accepted:
        measures = [fact.measure for _, fact in (*offer.latest_changes, *state.ending_changes)]
        if "offers_reneged" not in measures:
            state.emit(changes, offer.latest_changes, "offers_reneged", day)
        return
    retract(changes, offer.latest_changes)
    state.emit(changes, offer.latest_changes, OUTCOMES[kind], day)
    offer.accepted = kind == "offer.accepted"
    if offer.accepted:
        state.accepted_day = day
        days = max(0, day - state.cohort_day)
        state.emit(changes, offer.latest_changes, f"accept_days.{days}", day)
        if event.amount is not None and event.currency == rules.currency:
            state.emit(changes, offer.latest_changes, "compensation", day, n=event.amount)
