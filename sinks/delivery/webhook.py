"""Delivery to a webhook that takes Slack's message format."""

import httpx

from schemas.errors import Unavailable

TIMEOUT_S = 10.0


def post_text(url: str, text: str) -> None:
    """Return once the webhook has accepted `{"text": …}`, else raise Unavailable, which never names the secret address."""
    try:
        response = httpx.post(url, json={"text": text}, timeout=TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable("webhook", type(error).__name__) from None
    if not response.is_success:
        raise Unavailable("webhook", f"it answered {response.status_code}")
