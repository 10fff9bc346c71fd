"""Looks up the secrets that a configuration refers to."""

from collections.abc import Mapping
from pathlib import Path

from schemas.tenants.config import Secret


def is_pending(secret: Secret, directory: Path) -> bool:
    """Return whether the secret's file exists but is still empty, because the vendor issues the secret later."""
    return secret.file is not None and _is_empty(directory / secret.file)


def _is_empty(path: Path) -> bool:
    return path.is_file() and not path.read_bytes().strip()


class SecretStore:
    """Looks up secrets in environment variables and files."""

    def __init__(self, environ: Mapping[str, str], directory: Path) -> None:
        """Read files relative to `directory`."""
        self._environ = environ
        self._directory = directory

    def is_pending(self, secret: Secret) -> bool:
        """Return whether the secret's file exists but is still empty."""
        return is_pending(secret, self._directory)

    def find(self, secret: Secret, owner: str, problems: list[str]) -> bytes:
        """Return the secret's bytes, stripped; add a missing or empty secret to `problems`."""
        if secret.env is not None:
            value = self._environ.get(secret.env, "").strip().encode()
            place = f"environment variable {secret.env}"
        else:
            path = self._directory / (secret.file or "")
            value = path.read_bytes().strip() if path.is_file() else b""
            place = f"file {path}"
        if not value:
            problems.append(f"{owner}: no secret in {place}")
        return value
