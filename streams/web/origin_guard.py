"""Refuses requests that a web page of another site sends through a visitor's browser.

DNS rebinding gives a page of the Internet our address under a name of its own, and `fetch` without CORS sends requests
blindly. The former shows in `Host`, the latter in `Origin` and `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/).
"""

import ipaddress
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


def hosts_of(addresses: Iterable[str]) -> frozenset[str]:
    """Return the host names of addresses such as `https://boards.example.com/` or `boards.example.com`."""
    texts = (address.strip() for address in addresses)
    names = (urlsplit(text if "//" in text else f"//{text}").hostname for text in texts if text)
    return frozenset(name for name in names if name)


def is_own_host(host: str, hosts: Collection[str]) -> bool:
    """Return whether a `Host` cannot be another site's: an IP address, a name without a dot, or one of `hosts`.

    A name that a stranger can register has a dot, and a browser sends an IP address only where a person typed it.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name in hosts or name.removesuffix(".localhost") != name:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and "." not in name
    return True


def refusal(headers: Headers, hosts: Collection[str]) -> str:
    """Return why a request is refused, and what to do; empty if it is not."""
    host = headers.get("host", "")
    if not is_own_host(host, hosts):
        return (
            "This host name is not configured: set HIRELAY_PUBLIC_HOSTS to it, or use the address."
        )
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "Pages of other sites may not send requests here."
    site, mode = headers.get("sec-fetch-site", "none"), headers.get("sec-fetch-mode", "")
    if site in {"cross-site", "same-site"} and mode != "navigate":
        return "Pages of other sites may not send requests here."
    return ""


class OriginGuard:
    """Answers 403 to requests for foreign hosts and from foreign pages; a link from elsewhere may open a page."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        """`hosts` are the names with a dot under which this server is known."""
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        reason = refusal(Headers(scope=scope), self._hosts) if scope["type"] == "http" else ""
        if reason:
            response = JSONResponse({"error": "foreign_site", "message": reason}, 403)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)
