"""Events from Ashby's offers (内定): one id for all versions, and a status that may lag behind the application's."""

from typing import Any

from schemas.errors import Unmapped
from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendor import Translation
from streams.ingest.vendors.ashby.payload import AshbyData, AshbyOffer

DRAFTS = frozenset(
    {
        "waitingonapprovalstart",
        "waitingonofferapproval",
        "waitingonapprovaldefinition",
        "pending",
        "created",
    }
)
SENT = frozenset({"waitingoncandidateresponse", "waitingonresponse"})
OUTCOMES = {
    "candidateaccepted": "offer.accepted",
    "accepted": "offer.accepted",
    "candidaterejected": "offer.declined",
    "declined": "offer.declined",
    "offercancelled": "offer.revoked",
    "cancelled": "offer.revoked",
}


def offer_events(delivery: Delivery, data: AshbyData) -> Translation:
    """Return the offer's state as events (created, approved, sent, answered), each once per version however often it is sent."""
    offer = normalize.required(data.offer, "data.offer")
    status = _status(offer)
    version = offer.latest_version
    created_at = delivery.event_time(version.created_at if version is not None else None)
    events = [_event(delivery, offer, "offer.created", created_at)]
    if version is not None and (version.approval_status or "").casefold() == "approved":
        events.append(_event(delivery, offer, "offer.approved", delivery.event_time(None)))
    if status in SENT:
        events.append(_event(delivery, offer, "offer.sent", delivery.event_time(None)))
    elif status in OUTCOMES:
        when = delivery.event_time(offer.decided_at)
        events.append(_event(delivery, offer, OUTCOMES[status], when))
    return Translation(events=tuple(events))


def offer_deleted(delivery: Delivery, data: AshbyData) -> Translation:
    """The offer is deleted and counts as never made."""
    offer = normalize.required(data.offer, "data.offer")
    event = _event(delivery, offer, "offer.deleted", delivery.event_time(None))
    return Translation(events=(event,))


def offer_accepted(
    delivery: Delivery, offer: AshbyOffer, common: dict[str, Any]
) -> tuple[Event, ...]:
    """内定承諾 as reported by the hire; empty if the offer is still unanswered."""
    if OUTCOMES.get(_status(offer)) != "offer.accepted":
        return ()
    data = canonical.OfferData(**common, **_terms(delivery, offer))
    when = delivery.event_time(offer.decided_at)
    return (delivery.event("offer.accepted", data, when, _fact(offer)),)


def _status(offer: AshbyOffer) -> str:
    """Return the newer of Ashby's two status fields, which is present more often, else the older one."""
    status_text = normalize.required(
        offer.offer_status or offer.acceptance_status, "data.offer.offerStatus"
    )
    status = status_text.casefold()
    if status not in DRAFTS | SENT | OUTCOMES.keys():
        raise Unmapped(
            "unmapped_value", f"data.offer.offerStatus {normalize.safe_name(status_text)}"
        )
    return status


def _event(delivery: Delivery, offer: AshbyOffer, name: str, when: EventTime) -> Event:
    application_id = normalize.required(offer.application_id, "data.offer.applicationId")
    version = offer.latest_version
    application = canonical.Application(
        id=delivery.id(application_id),
        opening_id=delivery.optional_id(version.opening_id if version is not None else None),
    )
    data = canonical.OfferData(application=application, **_terms(delivery, offer))
    return delivery.event(name, data, when, _fact(offer))


def _terms(
    delivery: Delivery, offer: AshbyOffer
) -> dict[str, Any]:  # arguments of `canonical.Offer`
    version = offer.latest_version
    return {
        "offer_id": delivery.id(offer.id),
        "version": len(offer.versions) or None,
        "resolved_at": offer.decided_at,
        "start_date": version.start_date if version is not None else None,
    }


def _fact(offer: AshbyOffer) -> tuple[str, ...]:
    return (offer.id, offer.latest_version.id if offer.latest_version is not None else "")
