"""Reads a request body within size and time limits, before the request is verified."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from streams.ingest.http.answer import Refused

BODY_TIMEOUT_S = 10.0  # the longest that a slow sender can hold a connection


async def read(request: Request, max_bytes: int, timeout_s: float = BODY_TIMEOUT_S) -> bytes:
    """Return the raw bytes; raise Refused for a body that is too large, encoded, too slow or cut off."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or len(declared) > 15:
        raise Refused(400, "content_length", "Content-Length must be a number.")
    if int(declared) > max_bytes:
        raise _too_large(max_bytes)
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Refused(
            415,
            "content_encoding",
            "Send the body uncompressed, without Content-Encoding (no gzip).",
        )
    try:
        async with asyncio.timeout(timeout_s):
            return await _collect(request, max_bytes)
    except TimeoutError as error:
        message = f"The whole body must arrive within {timeout_s:g} seconds."
        raise Refused(408, "body_timeout", message) from error
    except ClientDisconnect as error:
        raise Refused(
            400, "disconnected", "The connection was closed before the body ended."
        ) from error


async def _collect(request: Request, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        parts.append(chunk)
    return b"".join(parts)


def _too_large(max_bytes: int) -> Refused:
    return Refused(413, "body_too_large", f"A body may have at most {max_bytes} bytes.")
