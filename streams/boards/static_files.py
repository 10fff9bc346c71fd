"""The static files of the page, loaded and gzipped once, under a versioned URL."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

STATIC = files("streams.boards") / "static"
MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
IMMUTABLE = "public, max-age=31536000, immutable"
INDEX = "index.html"


@dataclass(frozen=True)
class StaticFile:
    """A file as served, plain and gzipped."""

    plain: bytes
    gzipped: bytes
    media_type: str

    def response(self, request: Request, **headers: str) -> Response:
        """Respond with gzip if the client accepts it."""
        accepts_gzip = "gzip" in request.headers.get("accept-encoding", "")
        response_headers = {"Vary": "Accept-Encoding", **headers}
        if accepts_gzip:
            response_headers["Content-Encoding"] = "gzip"
        return Response(
            self.gzipped if accepts_gzip else self.plain,
            media_type=self.media_type,
            headers=response_headers,
        )


@dataclass(frozen=True)
class StaticFiles:
    """All files by name, and their common version."""

    version: str
    files: dict[str, StaticFile]

    def cache_control(self, version: str) -> str:
        """Cache-Control for a requested version: immutable if it is the current one, otherwise no-cache."""
        return IMMUTABLE if version == self.version else "no-cache"


@cache
def load_static_files() -> StaticFiles:
    """Load the files; the index refers to the others by version, so none is older than it."""
    plain = {file.name: file.read_bytes() for file in STATIC.iterdir() if file.is_file()}
    digest = hashlib.sha256(b"".join(plain[name] for name in sorted(plain)))
    version = digest.hexdigest()[:12]
    plain[INDEX] = plain[INDEX].replace(b'"static/', f'"static/{version}/'.encode())
    static_files = {
        name: StaticFile(body, gzip.compress(body), MEDIA_TYPES[name.rpartition(".")[2]])
        for name, body in plain.items()
    }
    return StaticFiles(version, static_files)
