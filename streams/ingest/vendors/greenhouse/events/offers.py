"""Events about offers (内定): flat in most offer events, nested in `offer_deleted` and `hire_candidate`."""

from typing import Any

from schemas.errors import Condition, Unmapped
from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import lenient_fields, normalize
from streams.ingest.normalize import EventTime
from streams.ingest.vendor import Translation
from streams.ingest.vendors.greenhouse.events.snapshot import GreenhouseDelivery
from streams.ingest.vendors.greenhouse.payload import GreenhouseFlatOffer, GreenhouseOffer

OUTCOMES = {
    "accepted": "offer.accepted",
    "rejected": "offer.declined",
    "deprecated": "offer.superseded",
}
OPEN = "created"


def offer_created(delivery: GreenhouseDelivery) -> Translation:
    """A new offer or a new version, with its current status."""
    offer, faults = _offer(delivery)
    created = _event(delivery, offer, "offer.created", delivery.event_time(offer.created_at))
    return Translation(events=(created, *_status_events(delivery, offer)), faults=faults)


def offer_approved(delivery: GreenhouseDelivery) -> Translation:
    """The final approval; Greenhouse sends no time for it."""
    offer, faults = _offer(delivery)
    event = _event(delivery, offer, "offer.approved", delivery.event_time(None))
    return Translation(events=(event,), faults=faults)


def offer_updated(delivery: GreenhouseDelivery) -> Translation:
    """Sent, accepted, declined or superseded; an edit of a draft is ignored."""
    offer, faults = _offer(delivery)
    events = _status_events(delivery, offer)
    ignored = () if events else (("offer_updated", "draft"),)
    return Translation(events=events, ignored=ignored, faults=faults)


def offer_deleted(delivery: GreenhouseDelivery) -> Translation:
    """The offer is deleted and counts as never made."""
    offer, faults = _offer(delivery)
    event = _event(delivery, offer, "offer.deleted", delivery.event_time(None))
    return Translation(events=(event,), faults=faults)


def offer_accepted(
    delivery: GreenhouseDelivery, offer: GreenhouseOffer, common: dict[str, Any]
) -> Event:
    """内定承諾 as reported by the hire, with the same event id as the offer's own update."""
    data = canonical.OfferData(**common, **_terms(delivery, offer))
    when = delivery.event_time(offer.resolved_at)
    return delivery.event("offer.accepted", data, when, _fact(offer, when))


def _offer(delivery: GreenhouseDelivery) -> tuple[GreenhouseOffer, tuple[Condition, ...]]:
    """Return the nested offer if there is one, as in every deletion; otherwise the payload is the offer."""
    if delivery.payload.offer is not None:
        return delivery.payload.offer, ()
    webhook, faults = lenient_fields.parse(GreenhouseFlatOffer, delivery.raw)
    return webhook.payload, faults


def _status_events(delivery: GreenhouseDelivery, offer: GreenhouseOffer) -> tuple[Event, ...]:
    status = (offer.offer_status or OPEN).casefold()
    if status != OPEN and status not in OUTCOMES:
        raise Unmapped("unmapped_value", f"offer_status {normalize.safe_name(status)}")
    events = []
    sent = offer.sent_on or offer.sent_at
    if sent is not None:
        events.append(_event(delivery, offer, "offer.sent", delivery.day_start(sent)))
    if status in OUTCOMES:
        events.append(
            _event(delivery, offer, OUTCOMES[status], delivery.event_time(offer.resolved_at))
        )
    return tuple(events)


def _event(
    delivery: GreenhouseDelivery, offer: GreenhouseOffer, name: str, when: EventTime
) -> Event:
    application_id = normalize.required(
        offer.application_id or delivery.payload.application_id, "payload.application_id"
    )
    application = canonical.Application(
        id=delivery.id(application_id), job_id=delivery.optional_id(offer.job_id)
    )
    data = canonical.OfferData(application=application, **_terms(delivery, offer))
    # Events that happen once per version need no time in their id; outcomes may repeat and keep theirs.
    fact = _fact(offer, when) if name in OUTCOMES.values() else _fact(offer)
    return delivery.event(name, data, when, fact)


def _terms(
    delivery: GreenhouseDelivery, offer: GreenhouseOffer
) -> dict[str, Any]:  # arguments of `canonical.Offer`
    sent = offer.sent_on or offer.sent_at
    return {
        "offer_id": delivery.id(offer.id),
        "version": offer.version,
        "sent_at": None if sent is None else delivery.day_start(sent).at,
        "resolved_at": offer.resolved_at,
        "start_date": offer.start_date or offer.starts_at,
    }


def _fact(offer: GreenhouseOffer, when: EventTime | None = None) -> tuple[str, ...]:
    return (offer.id, str(offer.version), "" if when is None else when.text)
