"""Embedded reads over ClickHouse's own HTTP protocol, so that every reader uses the client it uses in production."""

import re
from collections.abc import Iterable
from queue import SimpleQueue
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

LONGEST_QUERY = 1_000_000  # bytes

_QUOTED = re.compile(
    r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"|`(?:[^`\\]|\\.)*`|--[^\n]*|/\*.*?\*/", re.DOTALL
)
_STARTS = re.compile(r"\s*\(*\s*(select|with|show|describe|desc|exists|explain)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(insert\s+into|into\s+outfile|drop|truncate|alter|attach|detach|rename|optimize|grant|revoke|create)\b"
    r"|\b(file|url|s3|s3cluster|remote|remotesecure|mysql|postgresql|mongodb|redis|sqlite|jdbc|odbc|hdfs|executable"
    r"|python|azureblobstorage|gcs|iceberg|deltalake|hudi|input|urlcluster|filecluster)\s*\(",
    re.IGNORECASE,
)


def refused(sql: str) -> str | None:
    """Why the statement may not run here, or None: one reading statement over this database's own tables."""
    bare = _QUOTED.sub("''", sql).strip().rstrip(";")
    if ";" in bare:
        return "one statement at a time"
    if not _STARTS.match(bare):
        return "only SELECT, WITH, SHOW, DESCRIBE, EXISTS and EXPLAIN are answered here"
    found = _WRITES.search(bare)
    return (
        f"{found.group(0).strip()!r} is not allowed here: this door only reads" if found else None
    )


def _error(code: int, message: str, status: int = 400) -> Response:
    text = message if message.startswith("Code:") else f"Code: {code}. DB::Exception: {message}"
    return PlainTextResponse(text + "\n", status, {"X-ClickHouse-Exception-Code": str(code)})


def reads(connections: Iterable[Any]) -> Starlette:
    """The application; `connections` are open chdb connections of this process, as many as queries may run at once.

    A connection holds the parameters of its query, so one that is shared would answer with those of somebody else.
    """
    idle: SimpleQueue[Any] = SimpleQueue()
    for each in connections:
        idle.put(each)

    def answered(sql: str, form: str, parameters: dict[str, str]) -> Any:
        connection = idle.get()
        try:
            return connection.query(sql, form, params=parameters)
        finally:
            idle.put(connection)

    async def ping(_: Request) -> Response:
        return PlainTextResponse("Ok.\n")

    async def query(request: Request) -> Response:
        body = (await request.body()).decode(errors="replace")
        if len(body) > LONGEST_QUERY:
            return _error(62, f"a query has at most {LONGEST_QUERY} characters", 413)
        sql = "\n".join(part for part in (request.query_params.get("query", ""), body) if part)
        reason = refused(sql)
        if reason is not None:
            return _error(164, reason, 403)
        parameters = {
            name.removeprefix("param_"): value
            for name, value in request.query_params.items()
            if name.startswith("param_")
        }
        form = request.query_params.get("default_format", "TabSeparated")
        try:
            result = await run_in_threadpool(answered, sql.strip().rstrip(";"), form, parameters)
        except RuntimeError as error:
            found = re.search(r"Code:\s*(\d+)", str(error))
            return _error(int(found.group(1)) if found else 1000, str(error))
        return Response(
            result.bytes(),
            media_type="application/octet-stream",
            headers={"X-ClickHouse-Format": form, "X-ClickHouse-Timezone": "UTC"},
        )

    return Starlette(
        routes=[
            Route("/ping", ping),
            Route("/", query, methods=["GET", "POST"]),
        ]
    )
