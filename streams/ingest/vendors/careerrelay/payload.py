"""The fields that we read from Career Relay's callbacks."""

from typing import Annotated

from pydantic import Field

from streams.ingest.lenient_fields import Instant, Key, LenientText, Term, VendorPayload

Number = Annotated[int, Field(ge=1, le=1_000_000)]
Money = Annotated[int, Field(ge=0, le=2**53)]


class RelayData(VendorPayload):
    """What a callback is about; each event names the fields it needs."""

    registration_id: Key | None = None
    token: LenientText = None
    person_key: LenientText = None
    consent_id: Key | None = None
    consented_at: Instant = None
    device: Key | None = None
    flags: tuple[str, ...] = ()
    slot: Number | None = None
    offer_id: Key | None = None
    job_id: Key | None = None
    application_id: Key | None = None
    salary: Money | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class RelayCallback(VendorPayload):
    """One callback: the event, when it happened, and its data."""

    type: Term = None
    timestamp: Instant = None
    data: RelayData = RelayData()
