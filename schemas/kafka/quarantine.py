"""What was set aside: enough to see why and to replay it, with the body sealed or only pointed at."""

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
    "not_canonical",
    "poison_pack",
]


class SetAside(FrozenModel):
    """One entry of the `quarantine` topic. `id` is stable over redeliveries of the same bytes.

    Exactly one of `sealed` (base64 of AES-256-GCM nonce + ciphertext under the tenant's key; the plaintext is JSON
    with `headers` and base64 `body`) and `rawref` (`topic/partition/offset`) is given. `part` says that the rest of the
    delivery was accepted. A later entry of the same id says what became of it, by `state` and, in words, `resolution`.
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
