"""Sign a delivery as its vendor signs it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class UnsignedDelivery:
    """One attempt: `name` is stable over attempts, `event` the vendor's own, `at` when the attempt is made.

    `happened` is when it happened, for vendors whose signed time is all that tells it.
    """

    body: bytes
    name: str
    event: str
    secret: str
    at: datetime
    happened: datetime


Signed = tuple[bytes, dict[str, str]]


def _hex(sent: UnsignedDelivery, message: bytes) -> str:
    return hmac.new(sent.secret.encode(), message, hashlib.sha256).hexdigest()


def ashby(sent: UnsignedDelivery) -> Signed:
    """`Ashby-Signature: sha256=<hex>` over the raw body."""
    return sent.body, {"Ashby-Signature": f"sha256={_hex(sent, sent.body)}"}


def greenhouse(sent: UnsignedDelivery) -> Signed:
    """`Signature: sha256 <hex>` over the raw body; there is no time in it."""
    digest = _hex(sent, sent.body)
    return sent.body, {"Signature": f"sha256 {digest}", "Greenhouse-Event-ID": sent.name}


def huntflow(sent: UnsignedDelivery) -> Signed:
    """Plain hex over the raw body."""
    headers = {"X-Huntflow-Signature": _hex(sent, sent.body), "X-Huntflow-Delivery": sent.name}
    return sent.body, headers


def lever(sent: UnsignedDelivery) -> Signed:
    """In the body: hex over a token made for this delivery and the time of the event."""
    envelope = json.loads(sent.body)
    token = hashlib.sha256(sent.name.encode()).hexdigest()[:48]
    digest = _hex(sent, f"{token}{envelope['triggeredAt']}".encode())
    return json.dumps({**envelope, "token": token, "signature": digest}).encode(), {}


def recruitee(sent: UnsignedDelivery) -> Signed:
    """Plain hex over the raw body."""
    return sent.body, {"X-Recruitee-Signature": _hex(sent, sent.body)}


def smartrecruiters(sent: UnsignedDelivery) -> Signed:
    """`v1=<hex>` over time, body and four headers, joined by dots."""
    stamp = str(int(sent.happened.timestamp()))
    link = "<https://api.example.com/>; rel=self"
    parts = (stamp.encode(), sent.body, *(p.encode() for p in (sent.name, sent.event, "v1", link)))
    return sent.body, {
        "smartrecruiters-timestamp": stamp,
        "event-id": sent.name,
        "event-name": sent.event,
        "event-version": "v1",
        "Link": link,
        "smartrecruiters-signature": f"v1={_hex(sent, b'.'.join(parts))}",
    }


def standard(sent: UnsignedDelivery) -> Signed:
    """Standard Webhooks 1.0: `v1,<base64>` over `id.timestamp.body`, the time being that of the attempt."""
    stamp = str(int(sent.at.timestamp()))
    key = base64.b64decode(sent.secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{sent.name}.{stamp}.".encode() + sent.body, hashlib.sha256).digest()
    return sent.body, {
        "webhook-id": sent.name,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def teamtailor(sent: UnsignedDelivery) -> Signed:
    """Base64 of `t=<time>,v2=<hex>`, over `time.body`."""
    stamp = str(int(sent.at.timestamp()))
    digest = _hex(sent, f"{stamp}.".encode() + sent.body)
    header = base64.b64encode(f"t={stamp},v2={digest}".encode()).decode()
    return sent.body, {"TT-Signature": header}


def workable(sent: UnsignedDelivery) -> Signed:
    """Plain hex over the raw body."""
    return sent.body, {"X-Workable-Signature": _hex(sent, sent.body)}


SIGNERS: dict[str, Callable[[UnsignedDelivery], Signed]] = {
    "ashby": ashby,
    "greenhouse": greenhouse,
    "huntflow": huntflow,
    "lever": lever,
    "recruitee": recruitee,
    "smartrecruiters": smartrecruiters,
    "standard": standard,
    "teamtailor": teamtailor,
    "workable": workable,
}
