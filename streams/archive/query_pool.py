"""Runs the queries of readers on the embedded engine: read-only by the engine, within limits, ended when nobody waits."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from schemas.errors import Unavailable
from streams.archive import read_statement

MAX_EXECUTION_S = 60
# Settings of every reading connection; with `readonly = 1` no query can change them.
LIMITS: dict[str, int | str] = {
    "readonly": 1,
    "max_execution_time": MAX_EXECUTION_S,
    "max_memory_usage": 2_000_000_000,  # bytes of one query
    "max_result_rows": 10_000_000,
    "max_result_bytes": 1_000_000_000,
    "result_overflow_mode": "throw",
    "max_query_size": 1_000_000,  # bytes
    "max_parser_depth": 500,
    "max_ast_elements": 50_000,
}
MAX_WAITING = 64  # queries that wait for a connection; further ones are refused at once
MAX_WAIT_S = 30.0


def reading_url(path: str, limits: Mapping[str, int | str] = LIMITS) -> str:
    """Return the address of a reading connection to the engine's directory."""
    return f"{path}?" + "&".join(f"{name}={value}" for name, value in limits.items())


class QueryPool:
    """Reading connections, each of which answers one query at a time, and one that ends queries.

    A connection holds the parameters of its query, so a shared connection would answer with another query's parameters.
    """

    def __init__(self, connections: list[Any], control: Any) -> None:
        """`connections` come from `reading_url`; `control` is another connection to the same engine."""
        self._idle: asyncio.Queue[Any] = asyncio.Queue()
        for connection in connections:
            self._idle.put_nowait(connection)
        self._control = control
        self._control_lock = asyncio.Lock()
        self._waiting = 0

    async def run(
        self,
        sql: str,
        form: str,
        parameters: Mapping[str, str],
        disconnected: Callable[[], Awaitable[Any]],
    ) -> bytes:
        """Return the result of one reading statement; end it when `disconnected` returns.

        Raises Malformed for a statement that does more than read, RuntimeError with the engine's message, and
        Unavailable when too many queries wait.
        """
        connection = await self._take()
        mark = secrets.token_hex(8)
        running = asyncio.create_task(
            asyncio.to_thread(_run, connection, mark, sql, form, parameters)
        )
        running.add_done_callback(lambda _: self._idle.put_nowait(connection))
        left = asyncio.ensure_future(disconnected())
        try:
            await asyncio.wait({running, left}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                await self._end(mark, running)
            return await running
        finally:
            left.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await left

    async def _take(self) -> Any:
        if self._waiting >= MAX_WAITING:
            raise Unavailable("clickhouse", "too many queries wait; try again later")
        self._waiting += 1
        try:
            async with asyncio.timeout(MAX_WAIT_S):
                return await self._idle.get()
        except TimeoutError:
            raise Unavailable("clickhouse", "the engine is busy; try again later") from None
        finally:
            self._waiting -= 1

    async def _end(self, mark: str, running: "asyncio.Task[bytes]") -> None:
        """End a query; it may not have reached the engine yet, so it is repeated until the query has ended."""
        sql = f"kill query where startsWith(query, '{_marked(mark)}')"
        while not running.done():
            async with self._control_lock:
                await asyncio.to_thread(self._control.query, sql)
            await asyncio.wait({running}, timeout=0.1)


def _marked(mark: str) -> str:
    return f"/* read {mark} */"


def _run(connection: Any, mark: str, sql: str, form: str, parameters: Mapping[str, str]) -> bytes:
    def ask(question: str, values: Mapping[str, str]) -> str:
        answer: bytes = connection.query(question, "LineAsString", params=dict(values)).bytes()
        return answer.decode(errors="replace")

    read_statement.check(sql, parameters, ask)
    marked = f"{_marked(mark)} {sql}"
    result: bytes = connection.query(marked, form, params=dict(parameters)).bytes()
    return result


def error_code(message: str) -> int:
    """Return the engine's number of an error; 1000 (POCO_EXCEPTION) if its message has none."""
    match = re.search(r"Code:\s*(\d+)", message)
    return int(match.group(1)) if match else 1000
