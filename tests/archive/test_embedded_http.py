"""The embedded engine's HTTP endpoint answers each reader with the result of that reader's own query."""

import asyncio
from typing import Any

import chdb
import httpx

from streams.archive.embedded_http import Login, create_app
from streams.archive.query_pool import QueryPool, reading_url

USER = ("reader", "correct horse battery staple")
CLIENTS, QUERIES = 6, 40
SQL = "select {who:String}, {number:UInt32}, sum(number) from numbers(50000) group by 1, 2"


def reading_app(path: str) -> Any:
    """Create the endpoint of an engine that is open in this process."""
    connections = [chdb.connect(reading_url(path)) for _ in range(2)]
    login = Login(user=USER[0], password=USER[1])
    return create_app(QueryPool(connections, chdb.connect(path)), login)


async def test_concurrent_readers_get_their_own_results(client: Any) -> None:
    """Six clients query concurrently and repeatedly, and none gets the result of another."""
    path = client.query("select path from system.disks where name = 'default'").result_rows[0][0]
    app = reading_app(path.rstrip("/"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://reads", auth=USER
    ) as http_client:

        async def query(client_name: str, number: int) -> bool:
            parameters = {"param_who": client_name, "param_number": f"{number}"}
            response = await http_client.post("/", params=parameters, content=SQL)
            return response.text.split("\t")[:2] == [client_name, f"{number}"]

        async def run_client(client_name: str) -> list[bool]:
            return [await query(client_name, number) for number in range(QUERIES)]

        results = await asyncio.gather(*(run_client(f"reader-{n}") for n in range(CLIENTS)))

    assert all(all(result) for result in results)
