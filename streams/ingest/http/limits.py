"""Limits on a connection that an HTTP server for friendly clients does not have: slow, large or endless requests."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_S = 5.0  # from the first byte a request may take this long to end its headers
HEADER_BYTES = 65_536
IDLE_S = 30  # an open connection without a request


class LimitedProtocol(HttpToolsProtocol):
    """One connection; it is closed when its headers are slow or large, or when a body goes on after its answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start before the first byte."""
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._heading = False
        self._heading_bytes = 0
        self._receiving = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of headers; blank lines between requests are bytes of headers too."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if not self._receiving and (self.cycle is None or self.cycle.response_complete):
            self._heading = True
        if not self._heading:
            return
        self._expect()
        self._heading_bytes += len(data)
        if self._heading_bytes > HEADER_BYTES:
            self.send_400_response("Headers too large.")

    def on_headers_complete(self) -> None:
        """The request is complete but for its body, which the application limits."""
        self._forget()
        self._heading = False
        self._heading_bytes = 0
        self._receiving = True
        super().on_headers_complete()

    def on_message_begin(self) -> None:
        """A request begins: its headers have a deadline."""
        self._heading = True
        self._expect()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """The body has ended."""
        self._receiving = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Hang up on a body that nobody will read."""
        if self._receiving and self.cycle.response_complete and not self.transport.is_closing():
            self.transport.close()
        super().on_response_complete()

    def _expect(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEADER_S, self._expire)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()
