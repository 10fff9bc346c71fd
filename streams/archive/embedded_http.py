"""Read access to embedded ClickHouse over its own HTTP protocol, so that every reader uses its production client."""

import base64
import binascii
import hmac
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from schemas.errors import Malformed, Unavailable
from streams.archive.query_pool import QueryPool, error_code

MAX_QUERY_BYTES = 1_000_000
SYNTAX, READONLY, LOGIN, TOO_MANY = 62, 164, 516, 202  # numbers of the engine's own errors


@dataclass(frozen=True, kw_only=True)
class Login:
    """The name and password of the only user; without a password nobody may read."""

    user: str
    password: str = field(repr=False)

    def admits(self, request: Request) -> bool:
        """Return whether the request carries it: Basic authentication, or ClickHouse's own headers."""
        user, password = _credentials(request)
        same_user = hmac.compare_digest(user.encode(), self.user.encode())
        same_password = hmac.compare_digest(password.encode(), self.password.encode())
        return bool(self.password) and same_user and same_password


def _credentials(request: Request) -> tuple[str, str]:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() == "basic":
        try:
            user, _, password = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return "", ""
        return user, password
    return request.headers.get("x-clickhouse-user", ""), request.headers.get("x-clickhouse-key", "")


def create_app(pool: QueryPool, login: Login) -> Starlette:
    """Create the application: `/ping`, and `/` for queries of the user."""

    async def ping(_: Request) -> Response:
        return PlainTextResponse("Ok.\n")

    async def query(request: Request) -> Response:
        if not login.admits(request):
            return _error_response(LOGIN, _LOGIN_REMEDY, 401)
        try:
            return await _answer_query(pool, request)
        except ClientDisconnect:
            return Response(status_code=499)

    return Starlette(
        routes=[Route("/ping", ping), Route("/", query, methods=["GET", "POST"])],
    )


_LOGIN_REMEDY = (
    "Authentication failed: send the user and password of this stack, `roles.clickhouse` in its run.json "
    "(for an archiver started by hand: HIRELAY_CLICKHOUSE_USER and HIRELAY_CLICKHOUSE_PASSWORD)."
)


async def _answer_query(pool: QueryPool, request: Request) -> Response:
    body = await _read(request)
    if body is None:
        return _error_response(SYNTAX, f"a query has at most {MAX_QUERY_BYTES} bytes", 413)
    sql = "\n".join(part for part in (request.query_params.get("query", ""), body) if part)
    parameters = {
        name.removeprefix("param_"): value
        for name, value in request.query_params.items()
        if name.startswith("param_")
    }
    form = request.query_params.get("default_format", "TabSeparated")
    try:
        result = await pool.run(sql.strip().rstrip(";"), form, parameters, request.receive)
    except Malformed as refused:
        return _error_response(READONLY, refused.detail, 403)
    except Unavailable as busy:
        return _error_response(TOO_MANY, busy.detail, 503)
    except RuntimeError as error:
        return _error_response(error_code(str(error)), str(error))
    return Response(
        result,
        media_type="application/octet-stream",
        headers={"X-ClickHouse-Format": form, "X-ClickHouse-Timezone": "UTC"},
    )


async def _read(request: Request) -> str | None:
    """Return the body, or None if it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_QUERY_BYTES:
            return None
    return body.decode(errors="replace")


def _error_response(code: int, message: str, status: int = 400) -> Response:
    text = message if message.startswith("Code:") else f"Code: {code}. DB::Exception: {message}"
    headers = {"X-ClickHouse-Exception-Code": str(code)}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="ClickHouse"'
    return PlainTextResponse(text + "\n", status, headers)
