"""Signs deliveries with each vendor's scheme."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class UnsignedDelivery:
    """One attempt: `name` is stable over attempts, `event` is the vendor's event name, `attempted_at` the attempt time.

    `occurred_at` is the event time, for vendors that send it only as the signed timestamp.
    """

    body: bytes
    name: str
    event: str
    secret: str
    attempted_at: datetime
    occurred_at: datetime


Signed = tuple[bytes, dict[str, str]]


def _hex(delivery: UnsignedDelivery, message: bytes) -> str:
    return hmac.new(delivery.secret.encode(), message, hashlib.sha256).hexdigest()


def ashby(delivery: UnsignedDelivery) -> Signed:
    """`Ashby-Signature: sha256=<hex>` over the raw body."""
    return delivery.body, {"Ashby-Signature": f"sha256={_hex(delivery, delivery.body)}"}


def greenhouse(delivery: UnsignedDelivery) -> Signed:
    """`Signature: sha256 <hex>` over the raw body, without a timestamp."""
    digest = _hex(delivery, delivery.body)
    return delivery.body, {"Signature": f"sha256 {digest}", "Greenhouse-Event-ID": delivery.name}


def huntflow(delivery: UnsignedDelivery) -> Signed:
    """Plain hex over the raw body."""
    headers = {
        "X-Huntflow-Signature": _hex(delivery, delivery.body),
        "X-Huntflow-Delivery": delivery.name,
    }
    return delivery.body, headers


def lever(delivery: UnsignedDelivery) -> Signed:
    """Hex in the body, over a token generated for this delivery and the event time."""
    envelope = json.loads(delivery.body)
    token = hashlib.sha256(delivery.name.encode()).hexdigest()[:48]
    digest = _hex(delivery, f"{token}{envelope['triggeredAt']}".encode())
    return json.dumps({**envelope, "token": token, "signature": digest}).encode(), {}


def recruitee(delivery: UnsignedDelivery) -> Signed:
    """Plain hex over the raw body."""
    return delivery.body, {"X-Recruitee-Signature": _hex(delivery, delivery.body)}


def smartrecruiters(delivery: UnsignedDelivery) -> Signed:
    """`v1=<hex>` over timestamp, body and four headers, joined by dots."""
    stamp = str(int(delivery.occurred_at.timestamp()))
    link = "<https://api.example.com/>; rel=self"
    parts = (
        stamp.encode(),
        delivery.body,
        *(p.encode() for p in (delivery.name, delivery.event, "v1", link)),
    )
    return delivery.body, {
        "smartrecruiters-timestamp": stamp,
        "event-id": delivery.name,
        "event-name": delivery.event,
        "event-version": "v1",
        "Link": link,
        "smartrecruiters-signature": f"v1={_hex(delivery, b'.'.join(parts))}",
    }


def standard(delivery: UnsignedDelivery) -> Signed:
    """Standard Webhooks 1.0: `v1,<base64>` over `id.timestamp.body`, with the attempt time."""
    stamp = str(int(delivery.attempted_at.timestamp()))
    key = base64.b64decode(delivery.secret.removeprefix("whsec_"))
    digest = hmac.new(
        key, f"{delivery.name}.{stamp}.".encode() + delivery.body, hashlib.sha256
    ).digest()
    return delivery.body, {
        "webhook-id": delivery.name,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def teamtailor(delivery: UnsignedDelivery) -> Signed:
    """Base64 of `t=<time>,v2=<hex>`, over `time.body`."""
    stamp = str(int(delivery.attempted_at.timestamp()))
    digest = _hex(delivery, f"{stamp}.".encode() + delivery.body)
    header = base64.b64encode(f"t={stamp},v2={digest}".encode()).decode()
    return delivery.body, {"TT-Signature": header}


def workable(delivery: UnsignedDelivery) -> Signed:
    """Plain hex over the raw body."""
    return delivery.body, {"X-Workable-Signature": _hex(delivery, delivery.body)}


SIGNERS: dict[str, Callable[[UnsignedDelivery], Signed]] = {
    "ashby": ashby,
    "careerrelay": standard,
    "greenhouse": greenhouse,
    "huntflow": huntflow,
    "lever": lever,
    "recruitee": recruitee,
    "smartrecruiters": smartrecruiters,
    "standard": standard,
    "teamtailor": teamtailor,
    "workable": workable,
}
