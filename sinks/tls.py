"""PEM files with which a client trusts a server and identifies itself."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import Malformed


@dataclass(frozen=True, kw_only=True)
class TlsFiles:
    """The PEM files of one client; `prefix` is the common part of the variables that name them.

    Without `ca`, the system's certificate authorities are trusted.
    """

    prefix: str
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __bool__(self) -> bool:
        """Return whether any file is configured."""
        return any((self.ca, self.certificate, self.key))

    def check(self) -> None:
        """Raise Malformed, naming the variable, for half a key pair or a missing file."""
        if self.certificate and not self.key:
            raise Malformed("settings", f"{self.prefix}_CERTIFICATE needs {self.prefix}_KEY")
        if self.key and not self.certificate:
            raise Malformed("settings", f"{self.prefix}_KEY needs {self.prefix}_CERTIFICATE")
        files = {"CA": self.ca, "CERTIFICATE": self.certificate, "KEY": self.key}
        for name, path in files.items():
            if path is not None and not path.is_file():
                raise Malformed("settings", f"{self.prefix}_{name}: no file {path}")

    def remedy(self, error: str) -> str:
        """Return which variable to check after this error of OpenSSL; empty if certificates are not the reason."""
        if "CERTIFICATE_VERIFY_FAILED" in error:
            return f"the server's certificate is not trusted: check {self.prefix}_CA"
        files = f"{self.prefix}_CERTIFICATE and {self.prefix}_KEY"
        if "CERTIFICATE" in error:
            return f"the server refuses the client certificate or its absence: check {files}"
        if "HANDSHAKE_FAILURE" in error or "EOF occurred" in error:
            return f"the server ends TLS, perhaps because of the client certificate: check {files}"
        return ""

    def context(self) -> ssl.SSLContext:
        """Return a context that verifies certificate and host name; raise Malformed for an unusable file."""
        self.check()
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except (ssl.SSLError, OSError) as error:
            detail = f"{self.prefix}_CA: {self.ca} holds no readable PEM certificate ({error})"
            raise Malformed("settings", detail) from error
        if self.certificate is not None:
            try:
                # The empty password makes an encrypted key fail; OpenSSL would ask for one on the terminal.
                context.load_cert_chain(self.certificate, self.key, password="")
            except (ssl.SSLError, OSError) as error:
                raise Malformed(
                    "settings",
                    f"{self.prefix}_CERTIFICATE and {self.prefix}_KEY must be a PEM certificate and its unencrypted "
                    f"key ({error})",
                ) from error
        return context
