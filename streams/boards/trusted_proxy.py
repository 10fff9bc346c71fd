"""Sign-in by the headers of a proxy that has authenticated people, such as oauth2-proxy; only its own addresses count."""

import ipaddress

from starlette.requests import HTTPConnection

from streams.boards.identity import Identity, SignInRefused, readable_user
from streams.configuration.sign_in import SignIn

UNTRUSTED = (
    "Headers that name a person came from an address that is no known proxy: open the board through the proxy, or add its "
    "address to HIRELAY_PROXY_ADDRESSES. (プロキシ経由で開いてください)"
)
AMBIGUOUS = (
    "The proxy must send its user header once, with a name, and its groups header at most once, groups separated by commas; "
    "let it remove those headers from the requests it receives. (プロキシの設定を確認してください)"
)


class TrustedProxy:
    """Reads who somebody is from the headers of the proxy."""

    def __init__(self, settings: SignIn) -> None:
        """Keep the addresses and the names of the headers; raise Malformed."""
        self._networks = settings.networks
        self._user_header, self._groups_header = settings.user_header, settings.groups_header

    def identify(self, request: HTTPConnection) -> Identity | None:
        """Return who the proxy says sent the request, None without its headers; raise SignInRefused."""
        users = request.headers.getlist(self._user_header)
        groups = request.headers.getlist(self._groups_header)
        if not users and not groups:
            return None
        user = readable_user(users[0]) if users else ""
        if not self._is_proxy(request):
            raise SignInRefused("untrusted_proxy", UNTRUSTED, user=user)
        if len(users) != 1 or len(groups) > 1 or not user:
            raise SignInRefused("ambiguous_headers", AMBIGUOUS, user=user)
        names = (name.strip() for text in groups for name in text.split(","))
        return Identity(user=user, groups=frozenset(name for name in names if name))

    def _is_proxy(self, request: HTTPConnection) -> bool:
        try:
            address = ipaddress.ip_address(request.client.host if request.client else "")
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)  # how an IPv6 socket sees IPv4
        return any((mapped or address) in network for network in self._networks)
