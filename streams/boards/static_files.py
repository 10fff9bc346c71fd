"""The static files of the page, under an address with their version."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
IMMUTABLE = "public, max-age=31536000, immutable"


class VersionedFiles(StaticFiles):
    """Serves the files: immutable under their current version, otherwise revalidated on every visit."""

    def __init__(self) -> None:
        """Serve the folder `static`."""
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Respond with the file, or raise HTTPException(404)."""
        response = await super().get_response(path, scope)
        current = scope["path_params"].get("version") == files_version()
        response.headers["Cache-Control"] = IMMUTABLE if current else "no-cache"
        return response


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
