"""How people sign in to boards beside access tokens: through a proxy that names them, or with OpenID Connect."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from schemas.errors import Malformed

SignInKind = Literal["token", "proxy", "oidc"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
MIN_SECRET_LENGTH = (
    24  # sessions are encrypted under a key derived from it; providers issue longer ones
)


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """The settings; `kind` says which of them apply."""

    kind: SignInKind = "token"
    proxy_addresses: str = ""
    user_header: str = "X-Forwarded-User"
    groups_header: str = "X-Forwarded-Groups"
    issuer: str = ""
    client_id: str = ""
    client_secret_file: Path | None = None
    scopes: str = "openid email"
    groups_claim: str = "groups"
    board_url: str = ""

    @property
    def networks(self) -> tuple[Network, ...]:
        """The addresses whose identity headers count; raise Malformed."""
        texts = [text.strip() for text in self.proxy_addresses.split(",") if text.strip()]
        try:
            networks = tuple(ipaddress.ip_network(text) for text in texts)
        except ValueError as error:
            message = f"HIRELAY_PROXY_ADDRESSES: {error}; write addresses or networks such as 10.0.0.5,10.1.0.0/24"
            raise Malformed("settings", message) from None
        if any(network.prefixlen == 0 for network in networks):
            message = "HIRELAY_PROXY_ADDRESSES: a network of every address lets anybody name themselves; list the proxies"
            raise Malformed("settings", message)
        return networks

    def client_secret(self) -> str:
        """Return the client's secret without surrounding whitespace; raise Malformed."""
        if self.client_secret_file is None or not self.client_secret_file.is_file():
            raise Malformed(
                "settings", f"HIRELAY_OIDC_CLIENT_SECRET_FILE: no file {self.client_secret_file}"
            )
        secret = self.client_secret_file.read_text(encoding="utf-8").strip()
        if len(secret) < MIN_SECRET_LENGTH:
            message = f"HIRELAY_OIDC_CLIENT_SECRET_FILE: {self.client_secret_file} has fewer than {MIN_SECRET_LENGTH} characters"
            raise Malformed("settings", message)
        return secret

    def check(self) -> None:
        """Raise Malformed, naming the variable, for settings that are incomplete, unsafe or never used."""
        if self.kind == "proxy":
            self._check_proxy()
        elif self.proxy_addresses:
            raise Malformed("settings", "HIRELAY_PROXY_ADDRESSES needs HIRELAY_BOARD_SIGN_IN proxy")
        if self.kind == "oidc":
            self._check_oidc()
        elif self.issuer or self.client_id or self.client_secret_file:
            message = "HIRELAY_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET_FILE need HIRELAY_BOARD_SIGN_IN oidc"
            raise Malformed("settings", message)

    def _check_proxy(self) -> None:
        if not self.networks:
            message = "HIRELAY_BOARD_SIGN_IN proxy needs HIRELAY_PROXY_ADDRESSES: the addresses of the proxies"
            raise Malformed("settings", message)
        names = {
            "HIRELAY_PROXY_USER_HEADER": self.user_header,
            "HIRELAY_PROXY_GROUPS_HEADER": self.groups_header,
        }
        for variable, name in names.items():
            if HEADER_NAME.fullmatch(name) is None:
                raise Malformed(
                    "settings",
                    f"{variable}: {name!r} is no header; write one such as X-Forwarded-User",
                )
        if self.user_header.casefold() == self.groups_header.casefold():
            raise Malformed(
                "settings", "HIRELAY_PROXY_USER_HEADER and _GROUPS_HEADER are the same header"
            )

    def _check_oidc(self) -> None:
        if not self.client_id:
            message = "HIRELAY_BOARD_SIGN_IN oidc needs HIRELAY_OIDC_CLIENT_ID: what the provider calls this board"
            raise Malformed("settings", message)
        for variable, address in (
            ("HIRELAY_OIDC_ISSUER", self.issuer),
            ("HIRELAY_BOARD_URL", self.board_url),
        ):
            if not is_safe_address(address):
                message = (
                    f"{variable}: {address!r} is no https:// address (http:// only on this machine)"
                )
                raise Malformed("settings", message)
        if "openid" not in self.scopes.split():
            raise Malformed(
                "settings", "HIRELAY_OIDC_SCOPES: add openid; without it there is no ID token"
            )
        self.client_secret()


def is_safe_address(address: str) -> bool:
    """Return whether nobody between can read or change what is sent there: https, or http on this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"
