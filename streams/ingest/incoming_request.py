"""One request as it arrived: its authenticity, and the events that its bytes contain."""

import hashlib
import hmac
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.errors import Condition, Malformed, Unauthentic
from schemas.events import packs
from schemas.events.envelope import Event, short_type
from streams.ingest.cleaning.events import clean_translation
from streams.ingest.connections import ResolvedConnection
from streams.ingest.kafka.publisher import EncodedEvent, encode
from streams.ingest.problems import VENDOR_REMEDY
from streams.ingest.quarantine import encryption
from streams.ingest.vendor import Context, Headers, Translation, Vendor

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class IncomingRequest:
    """The raw bytes of one request, the connection they arrived on, and when they were complete."""

    id: str
    vendor: Vendor
    resolved: ResolvedConnection
    headers: Headers
    body: bytes
    at: datetime
    address_key: str = ""

    @property
    def context(self) -> Context:
        """The context for its translation."""
        resolved = self.resolved
        return Context(
            tenant=resolved.tenant,
            connection=resolved.connection,
            now=self.at,
            person_keys=resolved.person_keys,
        )

    @property
    def delivery_key(self) -> bytes | None:
        """The signed id of the delivery within all connections, as a digest; None if the vendor signs none."""
        identity = self.vendor.delivery_id(self.headers, self.body)
        if identity is None:
            return None
        text = f"{self.resolved.connection.id}\x1f{identity}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

    @property
    def body_digest(self) -> bytes:
        """The SHA-256 of the body."""
        return hashlib.sha256(self.body).digest()

    @property
    def stored_headers(self) -> Headers:
        """The headers that a replay needs, including the key at the end of the address."""
        if not self.address_key:
            return self.headers
        return (*self.headers, (encryption.ADDRESS_KEY_HEADER, self.address_key))

    @property
    def log_fields(self) -> dict[str, str]:
        """The fields of every log line about it."""
        return {
            "delivery": self.id,
            "vendor": self.vendor.name,
            "connection": self.resolved.connection.id,
        }


def verify(request: IncomingRequest) -> None:
    """Raise Unauthentic for a wrong address key, a bad signature, or one without the body where no key is needed."""
    resolved, vendor = request.resolved, request.vendor
    if resolved.address_key and not hmac.compare_digest(
        resolved.address_key, request.address_key.encode()
    ):
        raise Unauthentic(
            "bad_signature", "the last part of the address is not the connection's address key"
        )
    if not resolved.address_key and not vendor.covers_body(request.headers):
        raise Unauthentic(
            "bad_signature",
            "the signature does not cover the body: give the connection an address_key",
        )
    vendor.verify(
        request.headers, request.body, resolved.active_secrets(request.at.date()), request.at
    )


def translate(request: IncomingRequest, now: datetime | None = None) -> Translation:
    """Return the vendor's translation, cleaned; raise only Malformed or Unmapped, whatever the bytes are.

    `now` is when a quarantined delivery is replayed: what was ahead of its arrival may have happened since.
    """
    try:
        translation = request.vendor.translate(request.body, request.headers, request.context)
    except (ValueError, TypeError, LookupError, RecursionError, ArithmeticError) as error:
        # An adapter may meet unforeseen text and numbers; the delivery is quarantined and shows them.
        log.warning(
            "delivery of an unforeseen form",
            extra={**request.log_fields, "error": type(error).__name__},
        )
        raise Malformed(
            "not_this_vendor", f"the delivery has an unforeseen form; {VENDOR_REMEDY}"
        ) from None
    return clean_translation(translation, now or request.at)


def encode_readable(translation: Translation) -> tuple[Translation, tuple[EncodedEvent, ...]]:
    """Encode each event, once; events that the worker could not read become faults.

    One of them would make its whole pack unreadable. Raise all faults as one if nothing else is left.
    """
    readable: list[Event] = []
    encoded: list[EncodedEvent] = []
    faults: list[Condition] = list(translation.faults)
    for event in translation.events:
        try:
            record = encode(event)
            packs.decode_events(packs.encode([record.body]))
        except (Malformed, ValueError):
            faults.append(
                Malformed(
                    "unmapped_value",
                    f"{short_type(event.type)} contains a number or time out of range; correct it in the sending system",
                )
            )
        else:
            readable.append(event)
            encoded.append(record)
    if faults and not readable and not translation.ignored and not translation.ping:
        raise combine(faults)
    kept = replace(translation, events=tuple(readable), faults=tuple(faults))
    return kept, tuple(encoded)


def combine(faults: Sequence[Condition]) -> Condition:
    """Combine the faults of a delivery, at least one, into one condition; equal texts appear once, with their number."""
    if len(faults) == 1:
        return faults[0]
    details = Counter(fault.detail for fault in faults)
    text = "; ".join(detail if n == 1 else f"{detail} ({n} times)" for detail, n in details.items())
    return Malformed(faults[0].reason, text[:500])


def decode_headers(pairs: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Decode headers as they arrived, with names in lower case; repeated headers are kept."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs)
