"""The local ClickHouse endpoint reads its own tables for whoever logs in, and does nothing else."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from streams.archive.query_pool import MAX_EXECUTION_S
from tests.archive.test_embedded_http import USER, reading_app
from tests.boards.test_page import served
from tests.e2e.conftest import wait_until

WRITING = (
    "select 1 into outfile '{path}'",
    "select 1 into/**/outfile '{path}'",
    "select 1 INTO\nOUTFILE $x${path}$x$ truncate",
    "show tables into outfile '{path}'",
    "describe table v_cells into outfile '{path}'",
    "exists v_cells into outfile '{path}'",
    "explain select 1 into outfile '{path}'",
    "select 1; select 2 into outfile '{path}'",
    "explain ast select 1; select 2 into outfile '{path}'",
    "select 1 -- ' \n; select 2 into outfile '{path}' -- '",
    "insert into function file('{path}', 'CSV', 'a Int8') select 1",
    "insert into/**/kpi_cells select * from kpi_cells",
    "create table x (a Int8) engine = Memory",
    "create function f as (x) -> file(x)",
    "drop table kpi_cells",
    "truncate table kpi_cells",
    "kill query where 1",
    "set readonly = 0",
    "use system",
    "system shutdown",
    "select 1 settings readonly = 0",
    "backup table kpi_cells to File('{path}')",
)
READING_FILES = (
    "select file('{secret}')",
    "select `fi\\x6ce`('{secret}')",
    "select /* ' */ file('{secret}') -- '",
    "select arrayMap(file, ['{secret}'])",
    "select * apply(file) from (select '{secret}')",
    "select columns('x') apply(y -> file(y)) from (select '{secret}' as x)",
    "select * from file('{secret}', 'LineAsString')",
    "select * from \"file\"('{secret}', LineAsString)",
    "select * from '{secret}'",
    "select * from `{secret}`",
    "describe file('{secret}')",
    "select * from eval('select file(''{secret}'')')",
    "with file as f select f('{secret}')",
    "explain syntax select file('{secret}')",
    "select {{p:Identifier}}('{secret}')",
)
SENDING = (
    "select * from url('{url}', 'LineAsString')",
    "select * from/**/url('{url}', LineAsString)",
    "select * from remote('{address}', 'system.one')",
    "select * from cluster('default', 'system.one')",
    "select * from mysql('{address}', 'a', 'b', 'c', 'd')",
    "select * from s3('{url}')",
    "select aiClassify('x', ['a'])",
    "select * from python(secret)",
)


@pytest.fixture
def door_path(client: Any) -> str:
    """The directory of the engine."""
    (row,) = client.query("select path from system.disks where name = 'default'").result_rows
    return str(row[0]).rstrip("/")


@pytest.fixture
async def door(door_path: str) -> AsyncIterator[httpx.AsyncClient]:
    """A reader of the endpoint who has logged in."""
    transport = httpx.ASGITransport(reading_app(door_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://reads", auth=USER) as reader:
        yield reader


async def test_no_query_writes_reads_a_file_or_reaches_another_server(
    door: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Every attempt is refused, no file appears, no file is read, nobody is called."""
    secret = tmp_path / "secret"
    secret.write_text("the secret of this file")
    calls: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(await reader.read(100))
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    address = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    path = tmp_path / "written"
    for attempt in (*WRITING, *READING_FILES, *SENDING):
        sql = attempt.format(path=path, secret=secret, url=f"http://{address}/", address=address)
        response = await door.post("/", params={"param_p": "file"}, content=sql)
        assert response.status_code in {400, 403}, sql
        assert "the secret of this file" not in response.text, sql
        assert not path.exists(), sql
    listener.close()
    assert calls == []


@pytest.mark.parametrize(
    "sql",
    [
        "select 'insert into x; drop table y' as a, 1 -- ; drop",
        "with x as (select number from numbers(3)) select sum(number) from x;",
        "select ' union all select file(1)'",
        "show tables",
        "describe table v_cells",
        "explain select 1",
        "select count() from v_interviewers(tenant = 'a', milestone = '', first = '2026-01-01', last = '2026-01-02')",
    ],
)
async def test_reading_stays_possible(door: httpx.AsyncClient, sql: str) -> None:
    """Queries that only look dangerous are answered."""
    response = await door.post("/", content=sql)
    assert response.status_code == 200, response.text


async def test_only_the_user_may_read(door: httpx.AsyncClient) -> None:
    """Neither no login, nor another one, nor an empty password opens the endpoint."""
    for login in (None, ("default", ""), (USER[0], ""), (USER[0], USER[1] + "x"), ("x", USER[1])):
        door.auth = None if login is None else httpx.BasicAuth(*login)
        assert (await door.post("/", content="select 1")).status_code == 401
    door.auth = None
    headers = {"X-ClickHouse-User": USER[0], "X-ClickHouse-Key": USER[1]}
    assert (await door.post("/", content="select 1", headers=headers)).status_code == 200


async def test_a_query_that_nobody_waits_for_ends(door_path: str, client: Any) -> None:
    """When a reader disconnects the engine stops, and the reader's connection is free again."""
    endless = "select sum(cityHash64(number)) from numbers(1000000000000)"

    def running() -> int:
        sql = "select count() from system.processes where startsWith(query, '/* read')"
        return int(client.query(sql).result_rows[0][0])

    with served(reading_app(door_path)) as url:
        async with httpx.AsyncClient(base_url=url, auth=USER) as reader:
            queries = [asyncio.create_task(reader.post("/", content=endless)) for _ in range(2)]
            await asyncio.to_thread(wait_until, lambda: running() == 2, 30)
            started = time.monotonic()
            for query in queries:
                query.cancel()
            assert (await reader.post("/", content="select 1")).text == "1\n"
            await asyncio.to_thread(wait_until, lambda: running() == 0, 30)
    assert time.monotonic() - started < MAX_EXECUTION_S / 2
