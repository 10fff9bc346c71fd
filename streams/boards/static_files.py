"""The static files of the page, under an address with their version."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
IMMUTABLE = "public, max-age=31536000, immutable"


class VersionedFiles(StaticFiles):
    """Serves the files: immutable under their current version, otherwise revalidated on every visit."""

    def __init__(self) -> None:
        """Serve the folder `static`; every file is compressed before the first reader comes."""
        super().__init__(directory=STATIC)
        for file in STATIC.iterdir():
            _gzipped(file)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Respond with the file, compressed if the browser accepts it, or raise HTTPException(404)."""
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and "gzip" in Headers(scope=scope).get(
            "accept-encoding", ""
        ):
            response = _compressed(response)
        current = scope["path_params"].get("version") == files_version()
        response.headers["Cache-Control"] = IMMUTABLE if current else "no-cache"
        return response


def _compressed(file: FileResponse) -> Response:
    """Return the response with its content compressed once per process: a chart library takes longer than a query."""
    headers = {
        name: value
        for name, value in file.headers.items()
        if name in {"content-type", "etag", "last-modified"}
    }
    compressed = {**headers, "content-encoding": "gzip", "vary": "Accept-Encoding"}
    return Response(_gzipped(Path(file.path)), headers=compressed)


@cache
def _gzipped(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


@cache
def files_version() -> str:
    """Return the common version of all files: 12 hexadecimal digits of the hash of their contents."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@cache
def index_html() -> str:
    """Return the index page; it refers to the other files by version, so none is older than it."""
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    return html.replace('"static/', f'"static/{files_version()}/')
