"""Sign a delivery as its vendor signs it."""

import base64
import hashlib
import hmac
from datetime import datetime


def greenhouse(body: bytes, name: str, secret: str, at: datetime) -> dict[str, str]:
    """`Signature: sha256 <hex>` over the raw body; there is no time in it."""
    del at
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"Signature": f"sha256 {digest}", "Greenhouse-Event-ID": name}


def standard(body: bytes, name: str, secret: str, at: datetime) -> dict[str, str]:
    """Standard Webhooks 1.0: `v1,<base64>` over `id.timestamp.body`, the time being that of the attempt."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


SIGNERS = {"greenhouse": greenhouse, "standard": standard}
