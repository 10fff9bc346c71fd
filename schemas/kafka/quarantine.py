"""The record of the `quarantine` topic: why a delivery is quarantined, and its encrypted body or a reference to it."""

from typing import Literal

from pydantic import AwareDatetime

from schemas.events.application import FrozenModel, Id, Text

Reason = Literal[
    "not_json",
    "not_this_vendor",
    "missing_field",
    "unmapped_event",
    "unmapped_value",
    "bad_signature",
    "pending_secret",
    "reused_id",
    "not_canonical",
    "address_in_id",
    "future_time",
    "poison_pack",
]


class QuarantineEntry(FrozenModel):
    """One entry of the `quarantine` topic. `id` is stable over redeliveries of the same bytes.

    Exactly one of `sealed` (`2.<key id>.<base64>` of AES-256-GCM nonce + ciphertext under a key of the tenant, bound to
    tenant, connection and id; the plaintext is JSON with `headers` and base64 `body`) and `rawref` (`topic/partition/offset`) is set. `part` means that the rest of the
    delivery was accepted. A later entry with the same id records the outcome in `state` and, as text, in `resolution`.
    """

    id: Id
    tenant: Id | None
    connection: Id | None
    vendor: Id | None
    vendorevent: Text | None = None
    reason: Reason
    detail: Text
    at: AwareDatetime
    sealed: str | None = None
    rawref: Text | None = None
    part: bool = False
    state: Literal["open", "replayed", "dropped"] = "open"
    resolution: Text = ""
