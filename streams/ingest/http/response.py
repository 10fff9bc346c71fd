"""Answers of the gateway as HTTP responses."""

import re
from dataclasses import replace

from fastapi.responses import JSONResponse, Response

from streams.ingest.http.answer import Answer, Refused
from streams.ingest.vendor import Vendor

ORIGIN_PATTERN = re.compile(r"[A-Za-z0-9.:*/_-]{1,253}")
HOPELESS = frozenset({400, 409, 413, 415})  # a retry of the same bytes gets the same answer


def to_response(answer: Answer) -> Response:
    """Return the answer as JSON."""
    headers = dict(answer.headers)
    if answer.retry_after is not None:
        headers["Retry-After"] = str(answer.retry_after)
    return JSONResponse(answer.content, status_code=answer.status, headers=headers)


def with_advice(answer: Answer, vendor: Vendor | None) -> Answer:
    """Tell a sender of Standard Webhooks to stop where the same bytes can never be accepted (its specification, 1.0)."""
    if vendor is not None and vendor.canonical and answer.status in HOPELESS:
        return replace(answer, headers={**answer.headers, "webhook-delivery": "abort-message"})
    return answer


def check_handshake(vendor: Vendor, origin: str) -> None:
    """Raise Refused for a request for permission that the vendor's scheme does not have, or without its origin."""
    if not vendor.handshake:
        raise Refused(405, "no_handshake", "This vendor has no handshake: use POST.")
    if ORIGIN_PATTERN.fullmatch(origin) is None:
        raise Refused(400, "webhook_request_origin", "Send WebHook-Request-Origin: your host.")
