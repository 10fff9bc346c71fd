"""Where ClickHouse is and how clients identify themselves."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from schemas.errors import Malformed
from sinks.tls import TlsFiles

WITHOUT_FILES = TlsFiles(prefix="HIRELAY_CLICKHOUSE")


@dataclass(frozen=True, kw_only=True)
class ClickHouseAccess:
    """The URL, its user unless the URL names one, the password of that user (unless the URL contains it), and PEM files for `https`.

    With a client certificate and no password, the certificate alone identifies the user.
    """

    url: str = field(repr=False)  # may contain a password
    user: str = "default"
    password: str = field(default="", repr=False)
    tls: TlsFiles = WITHOUT_FILES

    def check(self) -> None:
        """Raise Malformed, naming the variable, for an impossible port, and PEM files that are unusable or never used."""
        try:
            _ = urlsplit(self.url).port
        except ValueError:
            raise Malformed(
                "settings", "HIRELAY_CLICKHOUSE: the port is a number from 0 to 65535"
            ) from None
        if self.tls and urlsplit(self.url).scheme != "https":
            raise Malformed(
                "settings",
                "HIRELAY_CLICKHOUSE must start with https:// for HIRELAY_CLICKHOUSE_CA, _CERTIFICATE and _KEY",
            )
        self.tls.check()
