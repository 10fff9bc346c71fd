"""Who may see which tenant's boards: access tokens, a page to log in at, and a session in a signed cookie."""

import hmac
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from schemas.tenants.access import AccessToken, Scope, token_digest
from schemas.tenants.config import Tenancy

READ: Final[Scope] = "board:read"
COOKIE = "hirelay-session"
SESSION_S = 12 * 3600  # a working day; then people log in again
MAX_FORM_BYTES = 4_000
MAX_ATTEMPTS, ATTEMPTS_S = 30, 60.0  # failed log-ins of everybody together
LOGIN_PAGE = """<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hirelay</title><body style="font:16px system-ui;max-width:26rem;margin:15vh auto;padding:0 1rem">
<h1 style="font-size:1.3rem">Hirelay</h1><p role="alert">{message}</p>
<form method="post" action="login"><input type="hidden" name="next" value="{next}">
<label>アクセストークン Access token<br><input type="password" name="token" autocomplete="current-password" required
style="width:100%;font:inherit;padding:.4rem"></label><p><button style="font:inherit">ログイン Log in</button></form></html>"""
LOGIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
)
WRONG = "このトークンは使えません。 This token is not valid here."
BUSY = "しばらくしてからお試しください。 Too many attempts: try again in a minute."

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


@dataclass
class BoardAccess:
    """Decides what a request may see; without `required` everything, as on the loopback of a local stack."""

    tenancy: Callable[[], Tenancy]
    required: bool = False
    clock: Clock = utc_now
    _failures: deque[float] = field(default_factory=deque)

    def visible(self, request: Request) -> Tenancy | None:
        """Return the tenants that the request may see; None if it must log in first."""
        tenancy = self.tenancy()
        if not self.required:
            return tenancy
        granted = set(self._granted(request, tenancy))
        if not granted:
            return None
        return Tenancy(tenants=tuple(t for t in tenancy.tenants if t.id in granted))

    def _granted(self, request: Request, tenancy: Tenancy) -> Iterator[str]:
        """Yield the tenants of the bearer token or of the session."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        digest = token_digest(bearer.strip()) if scheme.casefold() == "bearer" else ""
        session = request.cookies.get(COOKIE, "")
        for tenant_id, token in self._active(tenancy):
            if hmac.compare_digest(token.sha256, digest) or self._is_session_of(session, token):
                yield tenant_id

    def _active(self, tenancy: Tenancy) -> Iterator[tuple[str, AccessToken]]:
        today = self.clock().date()
        for tenant in tenancy.tenants:
            for token in tenant.access_tokens:
                if token.allows(READ, today):
                    yield tenant.id, token

    def _is_session_of(self, session: str, token: AccessToken) -> bool:
        until, _, signature = session.partition(".")
        if not (until.isdigit() and len(until) <= 11 and int(until) > self.clock().timestamp()):
            return False
        return hmac.compare_digest(signature, _sign(token, until))

    async def login(self, request: Request) -> Response:
        """Show the form, or exchange a token for a session."""
        if request.method == "GET":
            return _form(request.query_params.get("next", ""))
        fields = await _form_fields(request)
        destination = fields.get("next", "")
        if self._is_busy():
            return _form(destination, BUSY, 429)
        digest = token_digest(fields.get("token", "").strip())
        matches = [
            token
            for _, token in self._active(self.tenancy())
            if hmac.compare_digest(token.sha256, digest)
        ]
        if not matches:
            self._failures.append(self.clock().timestamp())
            return _form(destination, WRONG, 401)
        until = str(int(self.clock().timestamp()) + SESSION_S)
        response = RedirectResponse(_own_page(destination), 303)
        response.set_cookie(
            COOKIE,
            f"{until}.{_sign(matches[0], until)}",
            max_age=SESSION_S,
            httponly=True,
            samesite="lax",
            secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
        )
        return response

    def _is_busy(self) -> bool:
        start = self.clock().timestamp() - ATTEMPTS_S
        while self._failures and self._failures[0] < start:
            self._failures.popleft()
        return len(self._failures) >= MAX_ATTEMPTS

    async def logout(self, _: Request) -> Response:
        """End the session in this browser."""
        response = RedirectResponse("login", 303)
        response.delete_cookie(COOKIE)
        return response


def _sign(token: AccessToken, until: str) -> str:
    """Return the signature of a session; its key is what is stored of the token, so it ends with the token."""
    return hmac.digest(bytes.fromhex(token.sha256), f"session/{until}".encode(), "sha256").hex()


def _own_page(destination: str) -> str:
    """Return the page with the query that was asked for, never another address."""
    return f"./?{destination}" if destination.isprintable() and destination else "./"


def _form(destination: str, message: str = "", status: int = 200) -> Response:
    page = LOGIN_PAGE.format(message=escape(message), next=escape(destination))
    headers = {"Content-Security-Policy": LOGIN_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(page, status, headers)


async def _form_fields(request: Request) -> Mapping[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return {}
    parsed = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    return {name: values[0] for name, values in parsed.items()}
