"""Boards, health and the local ClickHouse endpoint answer no page of another site."""

from typing import Any

import httpx
import pytest

from streams.boards.access import BoardAccess
from streams.boards.page import create_app
from streams.web.origin_guard import hosts_of, is_own_host
from tests.boards.test_page import board_tenancy

HOSTS = hosts_of(["boards.example.com", "https://alerts.example.com:8443/x", ""])


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1:8090", True),
        ("[::1]:8090", True),
        ("localhost:8090", True),
        ("hirelay.localhost", True),
        ("board:8090", True),
        ("boards.example.com", True),
        ("alerts.example.com", True),
        ("attacker.example", False),
        ("127.0.0.1.attacker.example", False),
        ("localhost.attacker.example", False),
        ("boards.example.com.attacker.example", False),
        ("x@127.0.0.1:1", True),  # a host, not a URL: what precedes the @ is ignored
        ("[", False),
        ("", False),
    ],
)
def test_a_name_that_a_stranger_can_register_is_no_own_host(host: str, own: bool) -> None:
    """Addresses, names without a dot and configured names are ours."""
    assert is_own_host(host, HOSTS) is own


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "rebound.example"}, 403),
        ({"Host": "boards.example.com"}, 200),
        ({"Origin": "http://127.0.0.1:8090", "Host": "127.0.0.1:8090"}, 200),
        ({"Origin": "https://attacker.example", "Host": "127.0.0.1:8090"}, 403),
        ({"Origin": "null", "Host": "127.0.0.1:8090"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
    ],
)
async def test_only_own_pages_ask_the_board(headers: dict[str, str], status: int) -> None:
    """A rebound name and a foreign page get 403, a link from elsewhere opens the page."""

    def connect() -> Any:
        raise AssertionError

    transport = httpx.ASGITransport(create_app(BoardAccess(board_tenancy), connect, HOSTS))
    async with httpx.AsyncClient(transport=transport, base_url="http://board") as page:
        assert (await page.get("/api/boards", headers=headers)).status_code == status
