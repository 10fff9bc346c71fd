"""A client for Alertmanager's API, version 2: posts alerts and reads the active ones."""

import json
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from schemas.errors import Unavailable

PATH = "/api/v2/alerts"
TIMEOUT_S = 5.0

Alert = dict[str, Any]  # as the API describes `postableAlert` and `gettableAlert`


def post(address: str, alerts: Sequence[Alert]) -> None:
    """Return only after this instance has accepted all alerts, else raise Unavailable; idempotent."""
    body = json.dumps(list(alerts), ensure_ascii=False).encode()
    request = urllib.request.Request(  # noqa: S310 - the operator's own address
        address + PATH, data=body, headers={"content-type": "application/json"}
    )
    _request(request)


def active_alerts(address: str, *matchers: str) -> list[Alert]:
    """Return the alerts that currently fire in this instance; raise Unavailable."""
    query = "&".join(f"filter={quote(matcher)}" for matcher in matchers)
    response = _request(urllib.request.Request(f"{address}{PATH}?{query}"))  # noqa: S310
    try:
        alerts: list[Alert] = json.loads(response)
    except ValueError as error:
        raise Unavailable("alertmanager", f"{address}: not an Alertmanager response") from error
    return alerts


def _request(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            return bytes(response.read())
    except (OSError, ValueError, HTTPException) as error:
        raise Unavailable("alertmanager", f"{request.full_url}: {str(error)[:200]}") from error
