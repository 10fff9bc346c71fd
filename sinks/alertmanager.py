"""Alertmanager's API, version 2: alerts in, and alerts as it holds them."""

import json
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from schemas.errors import Unavailable

PATH = "/api/v2/alerts"
PATIENCE_S = 5.0

Alert = dict[str, Any]  # as the API describes `postableAlert` and `gettableAlert`


def post(address: str, alerts: Sequence[Alert]) -> None:
    """Return only after this instance has all of them; raise Unavailable if it has not. Repeating it changes nothing."""
    body = json.dumps(list(alerts), ensure_ascii=False).encode()
    request = urllib.request.Request(  # noqa: S310 - the operator's own address
        address + PATH, data=body, headers={"content-type": "application/json"}
    )
    _answer(request)


def held(address: str, *matchers: str) -> list[Alert]:
    """The alerts that fire now, as this instance holds them; raise Unavailable."""
    query = "&".join(f"filter={quote(each)}" for each in matchers)
    answer = _answer(urllib.request.Request(f"{address}{PATH}?{query}"))  # noqa: S310
    try:
        found: list[Alert] = json.loads(answer)
    except ValueError as error:
        raise Unavailable("alertmanager", f"{address}: no answer of an Alertmanager") from error
    return found


def _answer(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return bytes(answer.read())
    except (OSError, ValueError, HTTPException) as error:
        raise Unavailable("alertmanager", f"{request.full_url}: {str(error)[:200]}") from error
