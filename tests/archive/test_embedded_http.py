"""The embedded engine's front door answers each reader by that reader's own question."""

import asyncio
from typing import Any

import chdb
import httpx

from streams.archive.embedded_http import reads

READERS, EACH = 6, 40
SQL = "select {who:String}, {number:UInt32}, sum(number) from numbers(50000) group by 1, 2"


async def test_readers_at_once_get_their_own_answers(client: Any) -> None:
    """Six people ask at the same time, again and again: nobody is shown the numbers of another."""
    path = client.query("select path from system.disks where name = 'default'").result_rows[0][0]
    app = reads([chdb.connect(path.rstrip("/")) for _ in range(2)])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://reads"
    ) as door:

        async def ask(who: str, number: int) -> bool:
            asked = {"param_who": who, "param_number": f"{number}"}
            answer = await door.post("/", params=asked, content=SQL)
            return answer.text.split("\t")[:2] == [who, f"{number}"]

        async def person(who: str) -> list[bool]:
            return [await ask(who, number) for number in range(EACH)]

        own = await asyncio.gather(*(person(f"reader-{n}") for n in range(READERS)))

    assert all(all(each) for each in own)
