"""Career Relay's callbacks as canonical events."""

from typing import Literal

from schemas.errors import Unmapped
from schemas.events.context import (
    RelayConsentWithdrawal,
    RelayOffer,
    RelayRegistration,
    RelaySlot,
)
from schemas.relay.tokens import TOKEN, token_id
from streams.ingest import normalize
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.careerrelay.payload import RelayCallback

Flag = Literal["employee", "self_referral", "bot", "test"]
FLAGS: dict[str, Flag] = {
    "employee": "employee",
    "self_referral": "self_referral",
    "bot": "bot",
    "test": "test",
}
# Stands for a token that cannot be one of ours, so that its registration never counts.
NO_LINK = "-"


def registered(delivery: Delivery, callback: RelayCallback) -> Translation:
    """A registration. Its id alone tells occurrences apart, so that a repeated callback counts once."""
    data = callback.data
    name = delivery.id(normalize.required(data.registration_id, "registration_id"))
    token = normalize.required(data.token, "token")
    person = normalize.required(data.person_key, "person_key")
    has_consent = data.consent_id is not None and data.consented_at is not None
    registration = RelayRegistration(
        registration_id=name,
        token_id=token_id(token if TOKEN.fullmatch(token) else NO_LINK),
        person=delivery.context.person_id(person),
        consent_id=data.consent_id if has_consent else None,
        device=data.device,
        flags=tuple(_flag(flag) for flag in sorted(set(data.flags))),
    )
    when = delivery.event_time(callback.timestamp)
    return Translation(events=(delivery.event("relay.registered", registration, when, ()),))


def _flag(text: str) -> Flag:
    """A flag that we know; an unknown one may be a reason not to count, so the callback is set aside."""
    if text not in FLAGS:
        raise Unmapped("unmapped_value", f"flags: one of {', '.join(FLAGS)}")
    return FLAGS[text]


def consent_withdrawn(delivery: Delivery, callback: RelayCallback) -> Translation:
    """A withdrawn consent."""
    name = delivery.id(normalize.required(callback.data.registration_id, "registration_id"))
    when = delivery.event_time(callback.timestamp)
    data = RelayConsentWithdrawal(registration_id=name)
    return Translation(events=(delivery.event("relay.consent_withdrawn", data, when, ()),))


def slot_event(name: str, delivery: Delivery, callback: RelayCallback) -> Translation:
    """What was done with a slot; the ids of job and application are those of the company's own system."""
    data = callback.data
    slot = RelaySlot(
        slot=normalize.required(data.slot, "slot"),
        job_id=data.job_id,
        application_id=data.application_id,
        salary=data.salary,
        currency=data.currency,
    )
    when = delivery.event_time(callback.timestamp)
    fact = (when.text, data.application_id or "", data.job_id or "")
    return Translation(events=(delivery.event(name, slot, when, fact),))


def candidate_offered(delivery: Delivery, callback: RelayCallback) -> Translation:
    """A candidate for a slot. The offer's id tells occurrences apart, so that a repeated callback counts once."""
    data = callback.data
    offer = RelayOffer(
        slot=normalize.required(data.slot, "slot"),
        offer_id=delivery.id(normalize.required(data.offer_id, "offer_id")),
        job_id=data.job_id,
    )
    when = delivery.event_time(callback.timestamp)
    fact = (offer.offer_id, str(offer.slot))
    return Translation(events=(delivery.event("relay.candidate_offered", offer, when, fact),))
