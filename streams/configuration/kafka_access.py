"""Where Kafka is and how clients identify themselves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from schemas.errors import Malformed
from sinks.tls import TlsFiles

KafkaSecurity = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
WITHOUT_FILES = TlsFiles(prefix="HIRELAY_KAFKA")
MAX_PORT = 65_535


@dataclass(frozen=True, kw_only=True)
class KafkaAccess:
    """The bootstrap servers (`host:port`, comma separated) and the security of connections to them.

    It names the password file instead of holding the password, which is read for each client.
    """

    bootstrap: str
    security: KafkaSecurity = "PLAINTEXT"
    tls: TlsFiles = WITHOUT_FILES
    mechanism: SaslMechanism = "SCRAM-SHA-512"
    user: str = ""
    password_file: Path | None = None

    @property
    def servers(self) -> list[str]:
        """The bootstrap servers, each as `host:port`."""
        return [server.strip() for server in self.bootstrap.split(",")]

    @property
    def encrypted(self) -> bool:
        """Whether connections use TLS."""
        return self.security in {"SSL", "SASL_SSL"}

    @property
    def authenticated(self) -> bool:
        """Whether clients authenticate with user and password."""
        return self.security in {"SASL_PLAINTEXT", "SASL_SSL"}

    def password(self) -> str:
        """Return the password without surrounding whitespace; raise Malformed if the file is missing or empty."""
        if self.password_file is None or not self.password_file.is_file():
            raise Malformed(
                "settings", f"HIRELAY_KAFKA_PASSWORD_FILE: no file {self.password_file}"
            )
        password = self.password_file.read_text().strip()
        if not password:
            raise Malformed(
                "settings", f"HIRELAY_KAFKA_PASSWORD_FILE: {self.password_file} is empty"
            )
        return password

    def check(self) -> None:
        """Raise Malformed, naming the variable, for settings that are incomplete, unusable or never used."""
        for server in self.servers:
            _, colon, port = server.rpartition(":")
            if colon and not (port.isdecimal() and int(port) <= MAX_PORT):
                raise Malformed(
                    "settings", f"HIRELAY_KAFKA: {server!r} is not host:port, such as kafka:9092"
                )
        if self.authenticated:
            if not self.user or self.password_file is None:
                raise Malformed(
                    "settings",
                    f"HIRELAY_KAFKA_SECURITY {self.security} needs HIRELAY_KAFKA_USER and HIRELAY_KAFKA_PASSWORD_FILE",
                )
            self.password()
        elif self.user or self.password_file:
            raise Malformed(
                "settings",
                "HIRELAY_KAFKA_USER and HIRELAY_KAFKA_PASSWORD_FILE need HIRELAY_KAFKA_SECURITY SASL_SSL or "
                f"SASL_PLAINTEXT; it is {self.security}",
            )
        if self.tls and not self.encrypted:
            raise Malformed(
                "settings",
                "HIRELAY_KAFKA_CA, _CERTIFICATE and _KEY need HIRELAY_KAFKA_SECURITY SSL or SASL_SSL; "
                f"it is {self.security}",
            )
        self.tls.check()
