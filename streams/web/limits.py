"""Limits on HTTP connections that uvicorn lacks: slow, large or endless requests and crowds are cut off."""

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_TIMEOUT_S = 5.0  # from the first byte to the end of the headers
MAX_HEADER_BYTES = 65_536
IDLE_TIMEOUT_S = 30  # for an open connection without a request
# Bytes of a request beside its body: headers, and the sizes of chunks, at most six bytes for one of the body. Some bytes
# may belong to the request before it.
MAX_BYTES_BESIDE_BODY = 8 * MAX_HEADER_BYTES
BYTES_BESIDE_EACH = 6


class LimitedProtocol(HttpToolsProtocol):
    """One connection, closed when its headers are slow or large, or when a body continues after the response.

    Trailers are dropped: they arrive after the headers that were checked. `per_address` limits the connections of one
    address, 0 does not; a proxy is one address.
    """

    per_address = 0
    _addresses: Counter[str] = Counter()  # noqa: RUF012 - shared by all connections of the process

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start in the state before the first byte."""
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._in_headers = False
        self._header_bytes = 0
        self._in_body = False
        self._received = 0
        self._body_bytes = 0
        self._address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the header deadline."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._addresses[self._address] += 1
        if 0 < self.per_address < self._addresses[self._address]:
            transport.close()
            return
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the header deadline."""
        self._cancel_deadline()
        self._addresses[self._address] -= 1
        if not self._addresses[self._address]:
            del self._addresses[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count header bytes; blank lines between requests count too."""
        if self.transport.is_closing():
            return
        self._received += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._received - BYTES_BESIDE_EACH * self._body_bytes > MAX_BYTES_BESIDE_BODY:
            self.transport.close()
            return
        if not self._in_body and (self.cycle is None or self.cycle.response_complete):
            self._in_headers = True
        if not self._in_headers:
            return
        self._start_deadline()
        self._header_bytes += len(data)
        if self._header_bytes > MAX_HEADER_BYTES:
            self.send_400_response("Headers too large.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Drop trailers."""
        if not self._in_body:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Count the bytes of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """Cancel the header deadline; the application limits the body."""
        self._cancel_deadline()
        self._in_headers = False
        self._header_bytes = 0
        self._in_body = True
        super().on_headers_complete()

    def on_message_begin(self) -> None:
        """Start the header deadline of a request."""
        self._in_headers = True
        self._received = self._body_bytes = 0
        self._start_deadline()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Record the end of the body."""
        self._in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Close the connection if a body continues that nobody will read."""
        if self._in_body and self.cycle.response_complete and not self.transport.is_closing():
            self.transport.close()
        super().on_response_complete()

    def _start_deadline(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEADER_TIMEOUT_S, self._expire)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()


def limited(per_address: int) -> type[LimitedProtocol]:
    """Return the protocol with a limit on the connections of one address."""
    return type("LimitedProtocol", (LimitedProtocol,), {"per_address": per_address})
