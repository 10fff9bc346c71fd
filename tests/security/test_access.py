"""Boards and API open only to tokens: of the right company, with the right scope, and until they expire."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.tenants.access import AccessToken, Scope, token_digest
from schemas.tenants.config import Tenancy
from streams.boards.access import BoardAccess
from streams.boards.login_form import MAX_ATTEMPTS, SESSION_S
from streams.boards.page import create_app
from streams.boards.role import is_login_required
from streams.boards.specs.catalogue import BY_ID
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import SecretStore, resolve
from streams.ingest.costs import PATH as COSTS
from streams.ingest.http.server import create_app as create_gateway
from tests.fakes import NOON, ListDeliveryIds, ListPublisher, SetBreaches, SetClock
from tests.ingest import gateways

READER, WRITER, ACTOR, OLD = "reader-token", "writer-token", "actor-token", "expired-token"


def access_token(text: str, scope: Scope, expires: date = date(2026, 7, 1)) -> AccessToken:
    """A token as the configuration has it."""
    return AccessToken(name=text, sha256=token_digest(text), scopes=(scope,), expires=expires)


def tenancy() -> Tenancy:
    """Two companies; the tokens are of acme, and globex has one of its own."""
    (acme,) = gateways.tenancy().tenants
    tokens = (
        access_token(READER, "board:read"),
        access_token(WRITER, "costs:write"),
        access_token(ACTOR, "breaches:act"),
        access_token(OLD, "board:read", date(2026, 4, 1)),
    )
    other = {
        "id": "globex",
        "connections": (),
        "api_tokens": (),
        "access_tokens": (access_token("globex-token", "board:read"),),
    }
    return Tenancy(
        tenants=(
            acme.model_copy(update={"access_tokens": tokens}),
            acme.model_copy(update=other),
        )
    )


@pytest.fixture
def clock() -> SetClock:
    """A clock at noon."""
    return SetClock()


@pytest.fixture
async def board(client: Any, clock: SetClock) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a session, at a board that asks for one."""
    app = create_app(BoardAccess(tenancy, required=True, clock=clock), lambda: client)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://board") as browser:
        yield browser


def data_routes(tenant: str) -> list[str]:
    """Every route that shows something of a tenant."""
    window = f"?tenant={tenant}&from=2026-04-01&to=2026-04-30"
    panels = [
        f"/api/data/{board.id}/{panel.id}{window}"
        for board in BY_ID.values()
        for panel in board.panels
    ]
    return [*panels, f"/api/members{window}", f"/api/events{window}"]


async def log_in(browser: httpx.AsyncClient, token: str, destination: str = "") -> httpx.Response:
    """Send the form."""
    return await browser.post("/login", data={"token": token, "next": destination})


async def test_nothing_is_shown_without_a_token(board: httpx.AsyncClient) -> None:
    """Without a session every route with data answers 401, and the page leads to the form."""
    for path in ("/api/boards", "/api/breaches/0123456789abcdef", *data_routes("acme")):
        assert (await board.get(path)).status_code == 401, path
    page = await board.get("/?breach=0123456789abcdef")
    assert page.status_code == 303
    form = await board.get(f"/{page.headers['location']}")
    assert 'name="token"' in form.text
    assert "breach=0123456789abcdef" in form.text


async def test_a_session_shows_one_company_only(board: httpx.AsyncClient) -> None:
    """After logging in with a token of acme, no route shows anything of globex, not even its name."""
    answer = await log_in(board, READER, "breach=0123456789abcdef")
    assert (answer.status_code, answer.headers["location"]) == (303, "./?breach=0123456789abcdef")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert READER not in answer.headers["set-cookie"]

    boards = await board.get("/api/boards")
    assert [tenant["id"] for tenant in boards.json()["tenants"]] == ["acme"]
    assert "globex" not in boards.text
    assert (await board.get(data_routes("acme")[0])).status_code == 200
    for path in data_routes("globex"):
        answer = await board.get(path)
        assert answer.status_code == 400, path
        assert answer.json()["error"] == (await board.get(path.replace("globex", "nobody"))).json()[
            "error"
        ].replace("nobody", "globex")


async def test_a_session_ends(board: httpx.AsyncClient, clock: SetClock) -> None:
    """It ends after a working day, and with its token."""
    await log_in(board, READER)
    clock.now = NOON + timedelta(seconds=SESSION_S - 60)
    assert (await board.get("/api/boards")).status_code == 200
    clock.now = NOON + timedelta(seconds=SESSION_S + 60)
    assert (await board.get("/api/boards")).status_code == 401
    await log_in(board, READER)
    clock.now = NOON + timedelta(days=100)
    assert (await log_in(board, READER)).status_code == 401


async def test_a_forged_session_is_none(board: httpx.AsyncClient) -> None:
    """A cookie with another end, or without its signature, opens nothing."""
    await log_in(board, READER)
    genuine = board.cookies["hirelay-session"]
    until, _, signature = genuine.partition(".")
    for forged in (
        f"{int(until) + 1}.{signature}",
        f"{until}.",
        f"{until}.{'0' * 64}",
        "x.y",
        "٣.x",
    ):
        board.cookies.clear()
        headers = {"cookie": f"hirelay-session={forged}".encode()}
        assert (await board.get("/api/boards", headers=headers)).status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", WRITER, ACTOR, OLD])
async def test_other_tokens_do_not_log_in(board: httpx.AsyncClient, token: str) -> None:
    """A wrong token, one without the scope and an expired one are refused alike."""
    answer = await log_in(board, token)

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    bearer = await board.get("/api/boards", headers={"Authorization": f"Bearer {token}"})
    assert bearer.status_code == 401


async def test_a_form_with_too_many_fields_is_none(board: httpx.AsyncClient) -> None:
    """It is refused as a wrong token is, not answered with an error of ours."""
    answer = await board.post("/login", data={f"field-{n}": "x" for n in range(20)})
    assert answer.status_code == 401


async def test_a_program_sends_its_token(board: httpx.AsyncClient) -> None:
    """A bearer token of the scope is enough."""
    headers = {"Authorization": f"Bearer {READER}"}
    assert (await board.get("/api/boards", headers=headers)).status_code == 200


async def test_guessing_is_slow(board: httpx.AsyncClient, clock: SetClock) -> None:
    """After many wrong tokens even a right one waits for a minute."""
    for number in range(MAX_ATTEMPTS):
        assert (await log_in(board, f"guess-{number}")).status_code == 401
    assert (await log_in(board, READER)).status_code == 429
    clock.now += timedelta(seconds=61)
    assert (await log_in(board, READER)).status_code == 303


async def test_the_form_leads_nowhere_else(board: httpx.AsyncClient) -> None:
    """Whatever comes after logging in, it is a page of the board."""
    for destination in (
        "//attacker.example",
        "https://attacker.example",
        "a\r\nX: y",
        '"><script>',
    ):
        location = (await log_in(board, READER, destination)).headers["location"]
        assert location.startswith("./"), location
        form = (await board.get("/login", params={"next": destination})).text
        assert "<script" not in form


@pytest.mark.parametrize(
    ("host", "login", "required"),
    [
        ("127.0.0.1", "auto", False),
        ("::1", "auto", False),
        ("localhost", "auto", False),
        ("0.0.0.0", "auto", True),
        ("10.0.0.5", "auto", True),
        ("127.0.0.1", "always", True),
    ],
)
def test_only_loopback_needs_no_login(host: str, login: Any, required: bool) -> None:
    """Boards that others can reach ask for a token."""
    assert is_login_required(Settings(board_host=host, board_login=login)) is required


async def test_the_api_asks_for_the_scope() -> None:
    """A token writes costs or acts on breaches only with that scope, and not after its end."""
    configuration = resolve(tenancy(), SecretStore(gateways.ENVIRON, Path()), vendor_schemes())
    clock = SetClock()
    app = create_gateway(
        Settings(),
        configuration,
        ListPublisher(),
        clock,
        breaches=SetBreaches({("acme", "0123456789abcdef")}),
        delivery_ids=ListDeliveryIds(),
    )
    cost = {"cost_id": "c", "kind": "media", "scope": "channel", "member": "doda", "amount": 1}
    requests = {
        WRITER: (COSTS, cost | {"from": "2026-04-01", "to": "2026-04-30"}),
        ACTOR: ("/v1/breaches/0123456789abcdef/actions", {"action": "done"}),
    }
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as sender:

        async def status(token: str, path: str, content: dict[str, Any]) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return (await sender.post(path, json=content, headers=headers)).status_code

        for own, (path, content) in requests.items():
            for token in (READER, WRITER, ACTOR, OLD, "globex-token"):
                assert await status(token, path, content) == (202 if token == own else 401)
        clock.now = NOON + timedelta(days=100)
        assert await status(WRITER, *requests[WRITER]) == 401
