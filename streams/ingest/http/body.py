"""Read a request's body within its limits of size and time, before anybody has to trust it."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from streams.ingest.http.answer import Refused

BODY_S = 10.0  # a slow sender holds a connection this long at most


async def read(request: Request, largest: int, deadline: float = BODY_S) -> bytes:
    """The raw bytes; raise Refused for a body too large, encoded, too slow or cut off."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or len(declared) > 15:
        raise Refused(400, "content_length", "Content-Length must be a number.")
    if int(declared) > largest:
        raise _too_large(largest)
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise Refused(
            415, "content_encoding", "Send the body as it is, without Content-Encoding (no gzip)."
        )
    try:
        async with asyncio.timeout(deadline):
            return await _collect(request, largest)
    except TimeoutError as error:
        message = f"The whole body must arrive within {deadline:g} seconds."
        raise Refused(408, "body_timeout", message) from error
    except ClientDisconnect as error:
        raise Refused(
            400, "disconnected", "The connection was closed before the body ended."
        ) from error


async def _collect(request: Request, largest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest:
            raise _too_large(largest)
        parts.append(chunk)
    return b"".join(parts)


def _too_large(largest: int) -> Refused:
    return Refused(413, "body_too_large", f"A body may have at most {largest} bytes.")
