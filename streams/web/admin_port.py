"""Keeps what is for operators from the port that the Internet reaches."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

ADMIN_PATHS = frozenset({"/metrics", "/docs", "/openapi.json"})


class AdminOnly:
    """Hides metrics and documentation from every port but the admin port, if there is one."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        """`port` is the admin port; 0 hides nothing."""
        self._app, self._port = app, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["path"] in ADMIN_PATHS and self._port:
            server = scope.get("server")
            if server is None or server[1] != self._port:
                content = {"error": "no_such_address", "message": "It is on the admin port."}
                await JSONResponse(content, 404)(scope, receive, send)
                return
        await self._app(scope, receive, send)
