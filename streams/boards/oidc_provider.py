"""The OpenID Connect provider as a client sees it: its metadata, its keys, and ID tokens that it signed."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from streams.boards.identity import Identity, SignInRefused, readable_user
from streams.configuration.sign_in import SignIn, is_safe_address

# Signed with a private key that only the provider has; HS256 would trust whoever knows the client secret.
ALGORITHMS = ["RS256", "PS256", "ES256"]
TIMEOUT_S = 10.0
LEEWAY_S = 60  # between the clocks of two machines
METADATA_AGE, KEYS_AGE = timedelta(hours=1), timedelta(minutes=10)
NEW_KEYS_AGE = timedelta(
    seconds=10
)  # an unknown key id asks for the keys again, but not more often
AWAY = "The provider does not answer; try again in a minute. (認証サーバーが応答しません)"
WRONG_METADATA = (
    "The provider's metadata do not fit HIRELAY_OIDC_ISSUER: write the issuer exactly as the provider does, and use https. "
    "(HIRELAY_OIDC_ISSUER を確認してください)"
)
WRONG_TOKEN = "The provider's answer cannot be accepted; sign in again, and if it persists look at the audit log. (もう一度ログインしてください)"  # noqa: S105 no secret
NO_GROUPS = (
    "The provider sends no groups: add the claim {claim} to this client's ID tokens, or name another in "
    "HIRELAY_OIDC_GROUPS_CLAIM. (プロバイダーの設定にグループを追加してください)"
)


class Metadata(BaseModel):
    """What the provider publishes of itself (OpenID Connect Discovery 1.0, section 3)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Tokens(BaseModel):
    """What the provider exchanges a code for; the access token is not used."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id_token: str


@dataclass(frozen=True, kw_only=True)
class SignInAttempt:
    """What a sign-in must come back with: the state of the address, the nonce of the ID token, the verifier of its code (PKCE)."""

    state: str
    nonce: str
    verifier: str


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class OidcProvider:
    """Asks the provider; what it publishes is kept for a while."""

    def __init__(self, settings: SignIn, clock: Callable[[], datetime]) -> None:
        """Ask nothing yet; raise Malformed if the client's secret cannot be read."""
        self._settings = settings
        self._secret = settings.client_secret()
        self._clock = clock
        self._metadata: tuple[datetime, Metadata] | None = None
        self._keys: tuple[datetime, KeySet] | None = None
        self.callback = settings.board_url.rstrip("/") + "/login/callback"

    async def authorization_url(self, attempt: SignInAttempt) -> str:
        """Return where the browser signs in; raise SignInRefused if the provider does not answer."""
        metadata = await self._read_metadata()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.callback,
            "scope": self._settings.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge_of(attempt.verifier),
            "code_challenge_method": "S256",
        }
        separator = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{separator}{urlencode(query)}"

    async def identify(self, code: str, attempt: SignInAttempt) -> Identity:
        """Exchange the code for an ID token and return who it names; raise SignInRefused."""
        metadata = await self._read_metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": attempt.verifier,
        }
        # RFC 6749, section 2.3.1: both parts are form-encoded before they become Basic credentials.
        account = httpx.BasicAuth(quote_plus(self._settings.client_id), quote_plus(self._secret))
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, auth=account) as client:
                answer = await client.post(metadata.token_endpoint, data=form)
        except httpx.HTTPError as error:
            raise SignInRefused("provider_away", AWAY, 503) from error
        if answer.status_code != 200:
            raise SignInRefused("code_refused", WRONG_TOKEN)
        try:
            tokens = Tokens.model_validate_json(answer.content)
        except ValidationError as error:
            raise SignInRefused("no_id_token", WRONG_TOKEN) from error
        return await self._verify(tokens.id_token, attempt.nonce)

    async def _verify(self, token: str, nonce: str) -> Identity:
        """Return the person of an ID token (OpenID Connect Core 1.0, section 3.1.3.7); raise SignInRefused."""
        claims = await self._signed_claims(token)
        client_id = self._settings.client_id
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(dict(claims))
        except JoseError as error:
            reason = f"claims_{error.error}"
            raise SignInRefused(reason, WRONG_TOKEN) from error
        if claims.get("azp", client_id) != client_id:
            raise SignInRefused("claims_azp", WRONG_TOKEN)
        return self._person(claims)

    async def _signed_claims(self, token: str) -> Mapping[str, Any]:
        for age in (KEYS_AGE, NEW_KEYS_AGE):
            keys = await self._read_keys(age)
            try:
                return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            except (JoseError, ValueError) as error:
                refusal = error
        raise SignInRefused("signature", WRONG_TOKEN) from refusal

    def _person(self, claims: Mapping[str, Any]) -> Identity:
        names = (claims.get(name) for name in ("preferred_username", "email", "sub"))
        user = next((text for name in names if (text := readable_user(str(name or "")))), "")
        groups = claims.get(self._settings.groups_claim)
        groups = [groups] if isinstance(groups, str) else groups
        if not isinstance(groups, list):
            message = NO_GROUPS.format(claim=self._settings.groups_claim)
            raise SignInRefused("no_groups", message, user=user)
        return Identity(user=user, groups=frozenset(g for g in groups if isinstance(g, str)))

    async def _read_metadata(self) -> Metadata:
        if self._metadata is not None and self._clock() - self._metadata[0] < METADATA_AGE:
            return self._metadata[1]
        address = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            metadata = Metadata.model_validate(await self._get(address))
        except ValidationError as error:
            raise SignInRefused("metadata", WRONG_METADATA) from error
        endpoints = (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri)
        if metadata.issuer != self._settings.issuer or not all(map(is_safe_address, endpoints)):
            raise SignInRefused("metadata", WRONG_METADATA)
        self._metadata = self._clock(), metadata
        return metadata

    async def _read_keys(self, age: timedelta) -> KeySet:
        if self._keys is not None and self._clock() - self._keys[0] < age:
            return self._keys[1]
        metadata = await self._read_metadata()
        try:
            keys = KeySet.import_key_set(await self._get(metadata.jwks_uri))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise SignInRefused("keys", WRONG_METADATA) from error
        self._keys = self._clock(), keys
        return keys

    async def _get(self, address: str) -> Any:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
                return (await client.get(address)).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise SignInRefused("provider_away", AWAY, 503) from error
