"""An OpenID Connect provider on this machine: signs real tokens with RS256, and can be told to misbehave."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.fakes import NOON

CLIENT, SECRET = "hirelay-board", "a-secret-that-the-provider-made-up"


@dataclass
class Provider:
    """What the provider knows; tests change `claims`, `key` and `published` before the next sign-in."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    published: list[RSAKey] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key_requests: int = 0

    def metadata(self, _: Request) -> Response:
        """OpenID Connect Discovery."""
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        endpoints = {name: f"{self.issuer}/{name}" for name in names}
        return JSONResponse({"issuer": self.issuer, **endpoints})

    def keys(self, _: Request) -> Response:
        """The public keys."""
        self.key_requests += 1
        return JSONResponse(KeySet(self.published or [self.key]).as_dict(private=False))

    def authorize(self, request: Request) -> Response:
        """Everybody signs in at once."""
        query = dict(request.query_params)
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"]
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        answer = urlencode({"code": code, "state": query["state"], "iss": self.issuer})
        return RedirectResponse(f"{query['redirect_uri']}?{answer}", 302)

    async def token(self, request: Request) -> Response:
        """Exchange a code once, for the client that knows its secret and the verifier of the code."""
        form = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        account = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        query = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            query is None
            or query["code_challenge"] != challenge
            or form.get("redirect_uri") != query["redirect_uri"]
            or request.headers.get("authorization") != f"Basic {account}"
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        tokens = {"access_token": "unused", "token_type": "Bearer", "id_token": self._sign(query)}
        return JSONResponse(tokens)

    def _sign(self, query: dict[str, str]) -> str:
        now = int(NOON.timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "4711",
            "email": "taro@acme.example",
            "groups": ["staff", "acme-recruiting"],
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
        }
        changed = {
            name: value for name, value in (claims | self.claims).items() if value is not None
        }
        header = {"alg": "RS256", "kid": self.key.kid or ""} | self.header
        if header["alg"] != "RS256":  # signed with what everybody can read, or not at all
            signed = ".".join(map(_encode, (json.dumps(header), json.dumps(changed))))
            digest = hmac.digest(self.key.as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{_encode(digest) if header['alg'] == 'HS256' else ''}"
        return jwt.encode(header, changed, self.key)


def _encode(part: str | bytes) -> str:
    content = part.encode() if isinstance(part, str) else part
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Serve a provider on a free port of loopback."""
    provider = Provider()
    routes = [
        Route("/.well-known/openid-configuration", provider.metadata),
        Route("/jwks_uri", provider.keys),
        Route("/authorization_endpoint", provider.authorize),
        Route("/token_endpoint", provider.token, methods=["POST"]),
    ]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None))
        thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[listener]),))
        thread.start()
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join()


def path_of(url: str) -> str:
    """Return path and query of an address."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
