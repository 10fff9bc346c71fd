"""Read access to embedded ClickHouse over its own HTTP protocol, so that every reader uses its production client."""

import re
from collections.abc import Iterable
from queue import SimpleQueue
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

MAX_QUERY_LENGTH = 1_000_000  # characters

_QUOTED = re.compile(
    r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"|`(?:[^`\\]|\\.)*`|--[^\n]*|/\*.*?\*/", re.DOTALL
)
_READ_STATEMENT = re.compile(
    r"\s*\(*\s*(select|with|show|describe|desc|exists|explain)\b", re.IGNORECASE
)
_FORBIDDEN = re.compile(
    r"\b(insert\s+into|into\s+outfile|drop|truncate|alter|attach|detach|rename|optimize|grant|revoke|create)\b"
    r"|\b(file|url|s3|s3cluster|remote|remotesecure|mysql|postgresql|mongodb|redis|sqlite|jdbc|odbc|hdfs|executable"
    r"|python|azureblobstorage|gcs|iceberg|deltalake|hudi|input|urlcluster|filecluster)\s*\(",
    re.IGNORECASE,
)


def rejection_reason(sql: str) -> str | None:
    """Return why a statement is rejected, or None; allowed is one read-only statement over this database's own tables."""
    bare = _QUOTED.sub("''", sql).strip().rstrip(";")
    if ";" in bare:
        return "only one statement per request is allowed"
    if not _READ_STATEMENT.match(bare):
        return "only SELECT, WITH, SHOW, DESCRIBE, EXISTS and EXPLAIN are allowed"
    match = _FORBIDDEN.search(bare)
    return (
        f"{match.group(0).strip()!r} is not allowed: this endpoint is read-only" if match else None
    )


def _error_response(code: int, message: str, status: int = 400) -> Response:
    text = message if message.startswith("Code:") else f"Code: {code}. DB::Exception: {message}"
    return PlainTextResponse(text + "\n", status, {"X-ClickHouse-Exception-Code": str(code)})


class QueryConnections:
    """Open chdb connections of this process, each of which answers one query at a time.

    A connection holds the parameters of its query, so a shared connection would answer with another query's parameters.
    """

    def __init__(self, connections: Iterable[Any]) -> None:
        """Start with every connection idle."""
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for connection in connections:
            self._idle.put(connection)

    def run(self, sql: str, form: str, parameters: dict[str, str]) -> Any:
        """Return the result of the query, on a connection that is idle or becomes so; raise RuntimeError."""
        connection = self._idle.get()
        try:
            return connection.query(sql, form, params=parameters)
        finally:
            self._idle.put(connection)


def create_app(connections: Iterable[Any]) -> Starlette:
    """Create the application; `connections` are open chdb connections of this process, one per concurrent query."""
    query_connections = QueryConnections(connections)

    async def ping(_: Request) -> Response:
        return PlainTextResponse("Ok.\n")

    async def query(request: Request) -> Response:
        return await _answer_query(query_connections, request)

    return Starlette(
        routes=[
            Route("/ping", ping),
            Route("/", query, methods=["GET", "POST"]),
        ]
    )


async def _answer_query(connections: QueryConnections, request: Request) -> Response:
    body = (await request.body()).decode(errors="replace")
    if len(body) > MAX_QUERY_LENGTH:
        return _error_response(62, f"a query has at most {MAX_QUERY_LENGTH} characters", 413)
    sql = "\n".join(part for part in (request.query_params.get("query", ""), body) if part)
    reason = rejection_reason(sql)
    if reason is not None:
        return _error_response(164, reason, 403)
    parameters = {
        name.removeprefix("param_"): value
        for name, value in request.query_params.items()
        if name.startswith("param_")
    }
    form = request.query_params.get("default_format", "TabSeparated")
    try:
        result = await run_in_threadpool(connections.run, sql.strip().rstrip(";"), form, parameters)
    except RuntimeError as error:
        match = re.search(r"Code:\s*(\d+)", str(error))
        return _error_response(int(match.group(1)) if match else 1000, str(error))
    return Response(
        result.bytes(),
        media_type="application/octet-stream",
        headers={"X-ClickHouse-Format": form, "X-ClickHouse-Timezone": "UTC"},
    )
