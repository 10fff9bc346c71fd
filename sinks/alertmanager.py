"""A client for Alertmanager's API, version 2: posts alerts and reads the active ones."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx

from schemas.errors import Unavailable

ALERTS_PATH = "/api/v2/alerts"
STATUS_PATH = "/api/v2/status"
TIMEOUT_S = 5.0  # for connecting, and for every silence of the server

Alert = dict[str, Any]  # as the API describes `postableAlert` and `gettableAlert`


def post(address: str, alerts: Sequence[Alert]) -> None:
    """Return only after this instance has accepted all alerts, else raise Unavailable; idempotent."""
    body = json.dumps(list(alerts), ensure_ascii=False).encode()
    _request(
        "POST",
        f"{address}{ALERTS_PATH}",
        content=body,
        headers={"content-type": "application/json"},
    )


def active_alerts(address: str, *matchers: str) -> list[Alert]:
    """Return the alerts that currently fire in this instance; raise Unavailable."""
    alerts: list[Alert] = _get(address, ALERTS_PATH, params={"filter": list(matchers)})
    return alerts


def configuration(address: str) -> str:
    """Return the configuration of this instance as YAML, without its secrets; raise Unavailable."""
    try:
        original: str = _get(address, STATUS_PATH)["config"]["original"]
    except (KeyError, TypeError) as error:
        raise Unavailable("alertmanager", f"{address}: no configuration in its status") from error
    return original


def _get(address: str, path: str, **content: Any) -> Any:
    try:
        return json.loads(_request("GET", f"{address}{path}", **content))
    except ValueError as error:
        raise Unavailable("alertmanager", f"{address}: not an Alertmanager response") from error


@cache
def _client() -> httpx.Client:
    """One client, because each loads the certificates; it opens a connection for every request."""
    return httpx.Client(timeout=TIMEOUT_S, limits=httpx.Limits(max_keepalive_connections=0))


def _request(method: str, url: str, **content: Any) -> bytes:
    """The body of a successful response; a redirect is not followed, because it would lose the alerts."""
    try:
        response = _client().request(method, url, **content)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise Unavailable("alertmanager", f"{url}: {reason[:200]}") from error
    if not response.is_success:
        status = f"HTTP {response.status_code} {response.reason_phrase}"
        raise Unavailable("alertmanager", f"{url}: {status}")
    return response.content


def silence_link(address: str, breach: str) -> str:
    """The URL on that instance that creates a silence for exactly this breach."""
    matchers = f'{{breach="{breach}"}}'
    return f"{address}/#/silences/new?filter={quote(matchers, safe='')}"
