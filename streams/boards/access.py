"""Who may see which tenant's boards: access tokens, sessions in a signed cookie, and people who sign in elsewhere."""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from schemas.tenants.access import AccessToken, Scope, token_digest
from schemas.tenants.config import Tenancy
from streams.boards.audit_trail import AuditTrail
from streams.boards.identity import NO_COMPANY, SignInRefused, SingleSignOn, opened_tenants
from streams.boards.login_form import (
    BUSY,
    SESSION_S,
    WRONG,
    Attempts,
    form_fields,
    login_page,
    own_page,
)
from streams.boards.oidc_sign_in import SESSION_COOKIE, OidcSignIn

READ: Final[Scope] = "board:read"
COOKIE = "hirelay-session"
NO_OIDC = "Signing in with OpenID Connect is not configured: set HIRELAY_BOARD_SIGN_IN to oidc."

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the current time."""
    return datetime.now(UTC)


def write_nowhere(_: object) -> None:
    """Keep no record: the process log has it."""


@dataclass
class BoardAccess:
    """Decides what a request may see; without `required` everything, as on the loopback of a local stack.

    `single_sign_on` recognises people whose groups open companies; what is refused is noted in `audit`.
    """

    tenancy: Callable[[], Tenancy]
    required: bool = False
    clock: Clock = utc_now
    single_sign_on: SingleSignOn | None = None
    audit: AuditTrail = field(default_factory=lambda: AuditTrail(write_nowhere, utc_now))
    _attempts: Attempts = field(default_factory=Attempts)

    def routes(self) -> list[Route]:
        """The routes of logging in and out."""
        return [
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/login/start", self.start),
            Route("/login/callback", self.complete),
            Route("/logout", self.logout, methods=["POST"]),
        ]

    def visible(self, request: Request) -> Tenancy | None:
        """Return the tenants that the request may see; None if it must log in first; raise SignInRefused."""
        tenancy = self.tenancy()
        if not self.required:
            return tenancy
        identity = None if self.single_sign_on is None else self.single_sign_on.identify(request)
        granted = set(self._granted(request, tenancy))
        if identity is not None:
            granted.update(opened_tenants(identity, tenancy))
            if not granted:
                raise SignInRefused("no_company", NO_COMPANY, user=identity.user)
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
        link = isinstance(self.single_sign_on, OidcSignIn)
        if request.method == "GET":
            return login_page(request.query_params.get("next", ""), link=link)
        fields = await form_fields(request)
        destination = fields.get("next", "")
        now = self.clock().timestamp()
        if self._attempts.are_too_many(now):
            return login_page(destination, BUSY, 429, link=link)
        digest = token_digest(fields.get("token", "").strip())
        matches = [
            token
            for _, token in self._active(self.tenancy())
            if hmac.compare_digest(token.sha256, digest)
        ]
        if not matches:
            self._attempts.add(now)
            self.audit.note("refused", address_of(request), "/login", "token")
            return login_page(destination, WRONG, 401, link=link)
        return self._with_session(request, matches[0], destination)

    def _with_session(self, request: Request, token: AccessToken, destination: str) -> Response:
        until = str(int(self.clock().timestamp()) + SESSION_S)
        response = RedirectResponse(own_page(destination), 303)
        response.set_cookie(
            COOKIE,
            f"{until}.{_sign(token, until)}",
            max_age=SESSION_S,
            httponly=True,
            samesite="lax",
            secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
        )
        return response

    def _oidc(self) -> OidcSignIn:
        if not isinstance(self.single_sign_on, OidcSignIn):
            raise HTTPException(404, NO_OIDC)
        if self._attempts.are_too_many(self.clock().timestamp()):
            raise SignInRefused("too_many_attempts", BUSY, 429)
        return self.single_sign_on

    async def start(self, request: Request) -> Response:
        """Send the browser to the company's provider."""
        return await self._oidc().start(request)

    async def complete(self, request: Request) -> Response:
        """Take the browser back from the provider, with a session."""
        oidc = self._oidc()
        try:
            identity, response = await oidc.complete(request)
        except SignInRefused:
            self._attempts.add(self.clock().timestamp())
            raise
        self.audit.note("signed_in", identity.user, "/login/callback")
        return response

    async def logout(self, _: Request) -> Response:
        """End the session in this browser."""
        response = RedirectResponse("login", 303)
        response.delete_cookie(COOKIE)
        response.delete_cookie(SESSION_COOKIE)
        return response

    async def answer_refused(self, request: Request, error: Exception) -> Response:
        """Answer a sign-in that fails with what to do, as a page to a browser, and note it."""
        if not isinstance(error, SignInRefused):
            raise error
        user = error.user or "somebody"
        by = f"{user} at {address_of(request)}"
        self.audit.note("refused", by, request.url.path[:200], error.reason)
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"error": error.reason, "message": error.message}, error.status)
        root = "../" * (request.url.path.count("/") - 1)
        link = isinstance(self.single_sign_on, OidcSignIn)
        return login_page("", error.message, error.status, link=link, root=root)


def address_of(request: Request) -> str:
    """Return the address that the request came from."""
    return request.client.host if request.client else "unknown"


def _sign(token: AccessToken, until: str) -> str:
    """Return the signature of a session; its key is what is stored of the token, so it ends with the token."""
    return hmac.digest(bytes.fromhex(token.sha256), f"session/{until}".encode(), "sha256").hex()
