"""Signing in with OpenID Connect: authorization code with PKCE; what must come back waits in an encrypted cookie."""

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from schemas.tenants.config import Tenancy
from streams.boards.identity import (
    NO_COMPANY,
    Identity,
    SignInRefused,
    known_groups,
)
from streams.boards.login_form import SESSION_S, own_page
from streams.boards.oidc_provider import OidcProvider, SignInAttempt
from streams.configuration.sign_in import SignIn

SESSION_COOKIE, ATTEMPT_COOKIE = "hirelay-person", "hirelay-sign-in"
ATTEMPT_S = 600  # to find the password and a second factor
STALE = "This sign-in is not from this browser, or took too long: start again from the board. (もう一度ログインしてください)"
REFUSED = "The provider did not let you in; ask whoever runs it whether you may use this board. (認証サーバーに拒否されました)"


class OidcSignIn:
    """Starts sign-ins, completes them, and recognises people by their session."""

    def __init__(
        self, settings: SignIn, tenancy: Callable[[], Tenancy], clock: Callable[[], datetime]
    ) -> None:
        """Derive the keys of the cookies from the client's secret, which all boards share; raise Malformed."""
        self._provider = OidcProvider(settings, clock)
        self._tenancy = tenancy
        self._clock = clock
        self._issuer = settings.issuer
        self._secure = urlsplit(settings.board_url).scheme == "https"
        secret = settings.client_secret().encode()
        self._sessions, self._attempts = (
            _cipher(secret, name) for name in (SESSION_COOKIE, ATTEMPT_COOKIE)
        )

    def identify(self, request: HTTPConnection) -> Identity | None:
        """Return the person of the session; None without a valid one."""
        content = self._open(self._sessions, request.cookies.get(SESSION_COOKIE, ""), SESSION_S)
        if content is None:
            return None
        return Identity(user=content["user"], groups=frozenset(content["groups"]))

    async def start(self, request: Request) -> Response:
        """Send the browser to the provider; raise SignInRefused."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        attempt = SignInAttempt(state=state, nonce=nonce, verifier=verifier)
        response = RedirectResponse(await self._provider.authorization_url(attempt), 303)
        destination = request.query_params.get("next", "")[:2_000]
        content = {"state": state, "nonce": nonce, "verifier": verifier, "next": destination}
        self._set(response, ATTEMPT_COOKIE, self._seal(self._attempts, content), ATTEMPT_S)
        return response

    async def complete(self, request: Request) -> tuple[Identity, Response]:
        """Return who signed in, and the answer with their session; raise SignInRefused."""
        attempt, destination = self._attempt(request)
        query = request.query_params
        if query.get("iss", self._issuer) != self._issuer:  # RFC 9207
            raise SignInRefused("issuer", STALE)
        if "code" not in query:
            raise SignInRefused("denied", REFUSED)
        identity = await self._provider.identify(query["code"], attempt)
        groups = known_groups(identity.groups, self._tenancy())
        if not groups:
            raise SignInRefused("no_company", NO_COMPANY, user=identity.user)
        content = {"user": identity.user, "groups": sorted(groups)}
        response = RedirectResponse(f"../{own_page(destination)}", 303)
        self._set(response, SESSION_COOKIE, self._seal(self._sessions, content), SESSION_S)
        response.delete_cookie(ATTEMPT_COOKIE)
        return identity, response

    def _attempt(self, request: Request) -> tuple[SignInAttempt, str]:
        """Return the attempt that this browser started and where it wanted to go; raise SignInRefused."""
        content = self._open(self._attempts, request.cookies.get(ATTEMPT_COOKIE, ""), ATTEMPT_S)
        state = request.query_params.get("state", "")
        if content is None or not hmac.compare_digest(content["state"].encode(), state.encode()):
            raise SignInRefused("state", STALE)
        attempt = SignInAttempt(state=state, nonce=content["nonce"], verifier=content["verifier"])
        return attempt, content["next"]

    def _seal(self, cipher: Fernet, content: Mapping[str, object]) -> str:
        now = int(self._clock().timestamp())
        return cipher.encrypt_at_time(json.dumps(content).encode(), now).decode()

    def _open(self, cipher: Fernet, cookie: str, seconds: int) -> dict[str, str] | None:
        try:
            text = cipher.decrypt_at_time(cookie, seconds, int(self._clock().timestamp()))
        except (InvalidToken, ValueError):
            return None
        content: dict[str, str] = json.loads(text)
        return content

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="lax", secure=self._secure
        )


def _cipher(secret: bytes, purpose: str) -> Fernet:
    """Return the cipher of one kind of cookie, so that none is taken for another."""
    info = f"hirelay/{purpose}/1".encode()
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
    return Fernet(base64.urlsafe_b64encode(key))
