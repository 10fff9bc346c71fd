"""Limits on HTTP connections that uvicorn lacks: slow, large or endless requests are cut off."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_TIMEOUT_S = 5.0  # from the first byte to the end of the headers
MAX_HEADER_BYTES = 65_536
IDLE_TIMEOUT_S = 30  # for an open connection without a request


class LimitedProtocol(HttpToolsProtocol):
    """One connection, closed when its headers are slow or large, or when a body continues after the response."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start in the state before the first byte."""
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._in_headers = False
        self._header_bytes = 0
        self._in_body = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the header deadline."""
        super().connection_made(transport)
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the header deadline."""
        self._cancel_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count header bytes; blank lines between requests count too."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if not self._in_body and (self.cycle is None or self.cycle.response_complete):
            self._in_headers = True
        if not self._in_headers:
            return
        self._start_deadline()
        self._header_bytes += len(data)
        if self._header_bytes > MAX_HEADER_BYTES:
            self.send_400_response("Headers too large.")

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
