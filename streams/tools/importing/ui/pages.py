"""The HTTP application of the page: files, their meaning, what would come of them, and their import."""

import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from schemas.errors import Condition
from schemas.text.languages import LANGUAGES, other_language, translate
from streams.boards.static_files import STATIC as BOARD_STATIC
from streams.configuration.files import Misconfigured
from streams.tools.importing.ui.map_form import read_map
from streams.tools.importing.ui.proposals import propose, with_choices
from streams.tools.importing.ui.rendering import render_page
from streams.tools.importing.ui.session import ImportSession, UploadedFile
from streams.web.origin_guard import OriginGuard
from streams.web.secure_headers import SecureHeaders

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A form of a page without a referrer has the origin `null`, which the guard refuses; nobody else is told the address.
PAGE_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
MAX_FILE_BYTES = 2 << 30
MAX_FORM_BYTES, MAX_FIELDS = 2 << 20, 5_000
MAX_NAME = 120  # characters of a file name
SEE_OTHER = 303

Handler = Callable[[Request], Awaitable[Response]]


class TokenGuard:
    """Answers 404 to every request whose path does not begin with the token; the rest of the path is the page's."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        """Let only requests with that token pass."""
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            first, _, _ = scope["path"].removeprefix("/").partition("/")
            if not hmac.compare_digest(first.encode(), self._token.encode()):
                await PlainTextResponse("not found", 404)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class ImportPages:
    """The route handlers."""

    def __init__(self, session: ImportSession) -> None:
        """Show and change that session."""
        self._session = session

    async def start(self, request: Request) -> Response:
        """The first page: files, connection, earlier imports."""
        session = self._session
        language = request.query_params.get("lang", "")
        if language in LANGUAGES:
            session.language = language
        session.connection = request.query_params.get("connection") or session.connection
        connections = [connection.id for _, connection in session.connections()]
        if not session.connection and connections:
            session.connection = connections[0]
        runs = session.runs() if "connection" in request.query_params else None
        return self._page("start.html", step="files", connections=connections, runs=runs)

    async def upload(self, request: Request) -> Response:
        """Store one file, as it comes; 413 if it is too large."""
        name = _file_name(unquote(request.path_params["name"]))
        folder = self._session.folder / str(len(list(self._session.folder.iterdir())))
        folder.mkdir()
        size = 0
        with (folder / name).open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > MAX_FILE_BYTES:
                    return JSONResponse({"error": "too large"}, 413)
                file.write(chunk)
        return JSONResponse({"file": folder.name})

    async def read(self, request: Request) -> Response:
        """Propose how to read the uploaded files."""
        form = await _form(request)
        self._session.connection = form.get("connection", "")
        numbers = [number for number in form.get("files", "").split(",") if number.isdigit()]
        paths = [path for number in numbers for path in (self._session.folder / number).iterdir()]
        if not paths:
            raise Misconfigured(" / ".join(("ファイルを選んでください", "choose a file first")))
        self._session.files = [UploadedFile(propose(path)) for path in paths]
        return RedirectResponse("map", SEE_OTHER)

    async def show_map(self, _: Request) -> Response:
        """The proposals."""
        return self._map_page()

    async def take_map(self, request: Request) -> Response:
        """Take the form over, and propose anew or check the files."""
        form, session = await _form(request), self._session
        is_redrawn = "redraw" in form
        errors: list[str] = []
        for number, file in enumerate(session.files):
            own = {
                name.removeprefix(f"{number}."): value
                for name, value in form.items()
                if name.startswith(f"{number}.")
            }
            errors += _take_file(file, own, is_redrawn=is_redrawn)
        if errors or is_redrawn:
            return self._map_page(errors, 400 if errors else 200)
        session.check()
        return RedirectResponse("progress", SEE_OTHER)

    async def progress(self, _: Request) -> Response:
        """How far the work is."""
        job = self._session.job
        if job is None:
            return RedirectResponse("./", SEE_OTHER)
        if job.state == "done":
            return RedirectResponse(job.page, SEE_OTHER)
        return self._page("progress.html", step="report", job=job)

    async def state(self, _: Request) -> Response:
        """How far the work is, for the script of the page."""
        job = self._session.job
        if job is None:
            return JSONResponse({"state": "none"})
        step = translate(job.step, self._session.language)
        return JSONResponse(
            {"state": job.state, "step": step, "count": job.count, "total": job.total}
        )

    async def report(self, _: Request) -> Response:
        """What would come of the files, or what became of them."""
        if self._session.outcome is None:
            return RedirectResponse("./", SEE_OTHER)
        return self._page("report.html", step="report")

    async def apply(self, request: Request) -> Response:
        """Import, with the warnings that the form accepts."""
        form = await _form(request)
        accepted = [name.removeprefix("accept.") for name in form if name.startswith("accept.")]
        self._session.apply(tuple(accepted))
        return RedirectResponse("progress", SEE_OTHER)

    async def show_undo(self, _: Request) -> Response:
        """What undoing a run does."""
        return self._page("undo.html", step="files")

    async def undo(self, request: Request) -> Response:
        """Plan to undo a run, or undo the one that was planned."""
        form = await _form(request)
        if "apply" in form:
            self._session.undo()
        else:
            self._session.connection = form.get("connection") or self._session.connection
            self._session.plan_undo(form.get("run", ""))
        return RedirectResponse("progress", SEE_OTHER)

    def _map_page(self, errors: list[str] | None = None, status: int = 200) -> Response:
        if not self._session.files:
            return RedirectResponse("./", SEE_OTHER)
        return self._page("map.html", status, step="map", errors=errors or [])

    def _page(self, template: str, status: int = 200, **facts: Any) -> Response:
        session = self._session
        facts = {"errors": [], "other": other_language(session.language), **facts}
        html = render_page(template, session.language, session=session, **facts)
        return HTMLResponse(html, status, headers=PAGE_HEADERS)

    async def failed(self, _: Request, error: Exception) -> Response:
        """What a person can correct, with what to do."""
        return self._page("error.html", 400, step="files", errors=[self.plain(str(error))])

    def plain(self, text: str) -> str:
        """The text without the folder in which the files lie here."""
        return re.sub(rf"{re.escape(str(self._session.folder))}/\d+/", "", text)


def _take_file(file: UploadedFile, form: Mapping[str, str], *, is_redrawn: bool) -> list[str]:
    """Take the part of the form about one file over; return what is wrong with it."""
    proposal = file.proposal
    kind, sheet = form.get("kind", proposal.kind), form.get("sheet", proposal.sheet or "") or None
    if (kind, sheet) != (proposal.kind, proposal.sheet) or (proposal.error and is_redrawn):
        kind = "" if sheet != proposal.sheet else kind
        file.proposal = propose(proposal.path, kind if kind != "log" else "", sheet)
        return [] if is_redrawn else [f"{proposal.path.name}: ↓"]
    if proposal.error:
        return [proposal.error]
    try:
        file.map = read_map(proposal, form)
    except Misconfigured as error:
        return [f"{proposal.path.name}: {error}"]
    if proposal.text is None:
        file.proposal = with_choices(proposal, file.map)
    return []


def _file_name(name: str) -> str:
    """The last part of the name, without what a file system could take for something else."""
    plain = re.sub(r"[\x00-\x1f/\\:]", "_", Path(name).name).lstrip(".")
    return plain[-MAX_NAME:] or "file"


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            msg = "the form is too large"
            raise Misconfigured(msg)
    parsed = parse_qs(
        body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
    )
    return {name: values[0] for name, values in parsed.items()}


def create_app(session: ImportSession, token: str) -> Starlette:
    """Create the application; every address begins with the token."""
    pages = ImportPages(session)
    routes = [
        Route("/", pages.start),
        Route("/files/{name}", pages.upload, methods=["PUT"]),
        Route("/read", pages.read, methods=["POST"]),
        Route("/map", pages.show_map),
        Route("/map", pages.take_map, methods=["POST"]),
        Route("/progress", pages.progress),
        Route("/state", pages.state),
        Route("/report", pages.report),
        Route("/apply", pages.apply, methods=["POST"]),
        Route("/undo", pages.show_undo),
        Route("/undo", pages.undo, methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
        Mount("/board", StaticFiles(directory=BOARD_STATIC)),
    ]
    return Starlette(
        routes=[Mount(f"/{token}", routes=routes)],
        middleware=[
            Middleware(SecureHeaders, policy=POLICY),
            Middleware(OriginGuard),
            Middleware(TokenGuard, token=token),
        ],
        exception_handlers={Misconfigured: pages.failed, Condition: pages.failed},
    )
