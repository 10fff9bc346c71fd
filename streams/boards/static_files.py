"""The page's own files, read and packed once, under an address that changes when they do."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

STATIC = files("streams.boards") / "static"
KINDS = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"
INDEX = "index.html"


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent, plain and packed."""

    plain: bytes
    packed: bytes
    kind: str

    def answer(self, request: Request, **headers: str) -> Response:
        """Packed for who understands it."""
        packed = "gzip" in request.headers.get("accept-encoding", "")
        head = {"Vary": "Accept-Encoding", **headers}
        if packed:
            head["Content-Encoding"] = "gzip"
        return Response(self.packed if packed else self.plain, media_type=self.kind, headers=head)


@dataclass(frozen=True)
class StaticFiles:
    """All files by name, and the version of them together."""

    version: str
    kept: dict[str, StaticFile]

    def cached(self, version: str) -> str:
        """For how long a browser may keep what it asked for: for ever, where it said which version."""
        return FOR_EVER if version == self.version else "no-cache"


@cache
def shelf() -> StaticFiles:
    """The files; the page itself asks for the others by their version, so that none is older than it."""
    plain = {each.name: each.read_bytes() for each in STATIC.iterdir() if each.is_file()}
    whole = hashlib.sha256(b"".join(plain[name] for name in sorted(plain)))
    version = whole.hexdigest()[:12]
    plain[INDEX] = plain[INDEX].replace(b'"static/', f'"static/{version}/'.encode())
    kept = {
        name: StaticFile(body, gzip.compress(body), KINDS[name.rpartition(".")[2]])
        for name, body in plain.items()
    }
    return StaticFiles(version, kept)
