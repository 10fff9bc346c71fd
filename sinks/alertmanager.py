"""A client for Alertmanager's API, version 2: posts alerts and reads the active ones."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import httpx

from schemas.errors import Unavailable

PATH = "/api/v2/alerts"
TIMEOUT_S = 5.0  # for connecting, and for every silence of the server

Alert = dict[str, Any]  # as the API describes `postableAlert` and `gettableAlert`


def post(address: str, alerts: Sequence[Alert]) -> None:
    """Return only after this instance has accepted all alerts, else raise Unavailable; idempotent."""
    body = json.dumps(list(alerts), ensure_ascii=False).encode()
    _request("POST", address, content=body, headers={"content-type": "application/json"})


def active_alerts(address: str, *matchers: str) -> list[Alert]:
    """Return the alerts that currently fire in this instance; raise Unavailable."""
    response = _request("GET", address, params={"filter": list(matchers)})
    try:
        alerts: list[Alert] = json.loads(response)
    except ValueError as error:
        raise Unavailable("alertmanager", f"{address}: not an Alertmanager response") from error
    return alerts


@cache
def _client() -> httpx.Client:
    """One client, because each loads the certificates; it opens a connection for every request."""
    return httpx.Client(timeout=TIMEOUT_S, limits=httpx.Limits(max_keepalive_connections=0))


def _request(method: str, address: str, **content: Any) -> bytes:
    """The body of a successful response; a redirect is not followed, because it would lose the alerts."""
    url = f"{address}{PATH}"
    try:
        response = _client().request(method, url, **content)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise Unavailable("alertmanager", f"{url}: {reason[:200]}") from error
    if not response.is_success:
        status = f"HTTP {response.status_code} {response.reason_phrase}"
        raise Unavailable("alertmanager", f"{url}: {status}")
    return response.content
