"""A token of one company reads and changes nothing of another, on any route that gateway and board have."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount, Route

from schemas.tenants.config import Connection, Secret, Tenancy, Tenant, WebhookSecret
from sinks.clickhouse.rows import KpiCell
from sinks.clickhouse.writer import Writer
from streams.boards.access import BoardAccess
from streams.boards.breach_page import Surroundings
from streams.boards.page import create_app as create_board
from streams.boards.specs.catalogue import BOARDS
from streams.configuration.settings import Settings
from streams.configuration.yaml_document import dump_yaml
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import SecretStore, resolve
from streams.ingest.costs import PATH as COSTS
from streams.ingest.http.server import create_app as create_gateway
from streams.ingest.relay_invitations import PATH as INVITATIONS
from streams.ingest.relay_registrations import REGISTRATIONS_PATH
from streams.ingest.requirements import REQUIREMENTS_PATH
from tests.boards.test_breach_page import archive
from tests.boards.test_page import served
from tests.fakes import NOON, ListDeliveryIds, ListPublisher, SetBreaches, SetClock
from tests.ingest import gateways
from tests.ingest.http.test_relay import SetLinks
from tests.schemas.alerting.test_reconcile import FIRST, bad, breaches_after
from tests.security.test_access import access_token

PATIENCE_S = 60.0
DAY = date(2026, 4, 1)
WINDOW = "from=2026-04-01&to=2026-04-30"
SECRET_NUMBER, SECRET_NAME = 987_654, "globex-secret-channel"
(SOME_BREACH,) = breaches_after(bad(0), FIRST)
FOREIGN = SOME_BREACH.model_copy(update={"tenant": "globex", "id": "b" * 16})
ENVIRON = gateways.ENVIRON | {
    "GLOBEX": "whsec_" + base64.b64encode(bytes(range(24, 48))).decode(),
    "GLOBEX_ADDRESS": "another-address-key",
    "GLOBEX_PERSON": "another person key of any length",
    "GLOBEX_QUARANTINE": "another quarantine key of any length",
}
ALL_SCOPES = ("board:read", "costs:write", "breaches:act", "relay:write")
TOKEN = "acme-token-with-every-scope"
OURS = {"Authorization": f"Bearer {TOKEN}"}

# Routes that belong to no company, each with why: none of them asks for a token.
OF_NOBODY = {
    "/healthz": "whether the process is alive",
    "/readyz": "whether Kafka answers",
    "/metrics": "for the operator of the installation, on a port of its own",
    "/docs": "the description of the API",
    "/openapi.json": "the same",
    "/r/{token}": "opened by candidates; the link is the secret, and leads to the page of its own company",
    "/login": "a form",
    "/login/start": "leads to the provider",
    "/login/callback": "comes back from it",
    "/logout": "ends a session",
    "/runbook": "a page of the product",
    "/static/{version}": "files of the product",
    "/static": "the same",
}


def companies() -> Tenancy:
    """Two companies with connections and tokens of their own."""
    (acme,) = gateways.tenancy().tenants
    token = access_token(TOKEN, "board:read").model_copy(update={"scopes": ALL_SCOPES})
    secrets = (WebhookSecret(env="GLOBEX"),)
    key = Secret(env="GLOBEX_ADDRESS")
    globex = Tenant(
        id="globex",
        name="Globex",
        quarantine_key=Secret(env="GLOBEX_QUARANTINE"),
        person_key=Secret(env="GLOBEX_PERSON"),
        access_tokens=(access_token("globex-token", "board:read"),),
        connections=(
            Connection(id="globex-events", vendor="standard", secrets=secrets),
            Connection(id="globex-addressed", vendor="standard", secrets=secrets, address_key=key),
        ),
    )
    return Tenancy(tenants=(acme.model_copy(update={"access_tokens": (token,)}), globex))


@dataclass
class Site:
    """Gateway and board of the two companies, what the gateway publishes, and a program of acme at each."""

    publisher: ListPublisher
    gateway_app: FastAPI
    board_app: Any
    gateway: httpx.AsyncClient
    board: httpx.AsyncClient

    def published(self) -> set[str]:
        """The companies of everything published."""
        records = (*self.publisher.events, *self.publisher.actions, *self.publisher.entries)
        return {str(record.tenant) for record in records}


def relay_settings(folder: Path) -> Settings:
    """Settings with Career Relay for both companies."""
    tenants, terms = [], {"since": "2026-01-01", "value": {"method": "fixed", "amount": 1}}
    for name, prefix in (("acme", ""), ("globex", "GLOBEX_")):
        keys = {"quarantine_key": f"{prefix}QUARANTINE", "person_key": f"{prefix}PERSON"}
        secrets = {key: {"env": variable} for key, variable in keys.items()}
        tenants.append({"id": name, "name": name, **secrets})
    relays = [
        {
            "tenant": name,
            "page": f"https://{name}.example/r",
            "policies": [terms | {"redemption": 50}],
        }
        for name in ("acme", "globex")
    ]
    (folder / "hirelay.yaml").write_text(dump_yaml({"tenants": tenants}))
    (folder / "relay.yaml").write_text(dump_yaml({"companies": relays}))
    return Settings(config=folder / "hirelay.yaml", relay=folder / "relay.yaml")


def write_numbers(client: Any) -> None:
    """Write cells and a breach of the other company, as the archiver does."""
    rows = [
        KpiCell(0, "globex", dimension, member, DAY, basis, measure, 0, SECRET_NUMBER, 1)
        for dimension, member in (("total", "all"), ("channel", SECRET_NAME))
        for basis in ("decision", "cohort")
        for measure in ("applications", "hires")
    ]
    Writer(client).write(rows, "isolation")
    archive(client, FOREIGN)


@pytest.fixture
def site(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The site; the board passes actions on to the gateway."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    write_numbers(client)
    publisher, clock = ListPublisher(), SetClock()
    gateway = create_gateway(
        relay_settings(tmp_path),
        resolve(companies(), SecretStore(ENVIRON, Path()), vendor_schemes()),
        publisher,
        clock,
        breaches=SetBreaches({("globex", FOREIGN.id)}),
        delivery_ids=ListDeliveryIds(),
        links=SetLinks(),
    )
    with served(gateway) as url:
        board = create_board(
            BoardAccess(companies, True, clock),
            lambda: client,
            surroundings=Surroundings(gateway=url),
        )
        programs = (
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x", headers=OURS)
            for app in (gateway, board)
        )
        yield Site(publisher, gateway, board, *programs)


async def foreign_webhook(site: Site) -> None:
    """A delivery signed with our secret is not taken at their address."""
    await _deliver(site, "/hooks/standard/globex-events")


async def foreign_address(site: Site) -> None:
    """Neither with our address key, nor with theirs."""
    for key in ("ADDRESS", "GLOBEX_ADDRESS"):
        await _deliver(site, f"/hooks/standard/globex-addressed/{ENVIRON[key]}")


async def _deliver(site: Site, path: str) -> None:
    body = (
        b'{"type": "application.created", "data": {"application": {"id": "a"}, "tenant": "globex"}}'
    )
    answer = await site.gateway.post(path, content=body, headers=gateways.standard_signed(body))
    assert answer.status_code == 401 and site.published() == set()


async def handshake(site: Site) -> None:
    """Asking whether one may deliver changes nothing."""
    headers = {"WebHook-Request-Origin": "ats.example"}
    await site.gateway.options("/hooks/standard/globex-events", headers=headers)
    assert site.published() == set()


async def costs(site: Site) -> None:
    """A cost is our own, whatever it says."""
    cost = {"cost_id": "c", "kind": "media", "scope": "channel", "member": "doda", "amount": 1}
    cost |= {"from": "2026-03-01", "to": "2026-03-31"}
    await _post(site, COSTS, cost, 422)


async def registrations(site: Site) -> None:
    """A registration is our own."""
    entry = {"registration_id": "r", "token": "A" * 22, "person_key": "p"}
    entry |= {"registered_at": NOON.isoformat()}
    await _post(site, REGISTRATIONS_PATH, {"entries": [entry]}, 422)


async def requirements(site: Site) -> None:
    """A requirement is our own."""
    entry = {"job_id": "j", "since": "2026-03-01", "text": "x"}
    await _post(site, REQUIREMENTS_PATH, {"entries": [entry]}, 422)


async def invitations(site: Site) -> None:
    """A link leads to our own page."""
    await _post(site, INVITATIONS, {"application_id": "a-1"}, 400)


async def _post(site: Site, path: str, body: dict[str, Any], refusal: int) -> None:
    naming = await site.gateway.post(path, json=body | {"tenant": "globex"})
    own = await site.gateway.post(
        f"{path}?tenant=globex", json=body, headers={"X-Tenant": "globex"}
    )
    assert (naming.status_code, own.status_code) == (refusal, 202), (naming.text, own.text)
    assert site.published() == {"acme"}


async def action(site: Site) -> None:
    """Their breach does not exist for us."""
    answer = await site.gateway.post(f"/v1/breaches/{FOREIGN.id}/actions", json={"action": "done"})
    assert answer.status_code == 404 and site.publisher.actions == []


async def action_on_the_page(site: Site) -> None:
    """Nor through the board."""
    answer = await site.board.post(f"/breaches/{FOREIGN.id}/actions", json={"action": "done"})
    assert answer.status_code == 404 and site.publisher.actions == []


async def page(site: Site) -> None:
    """The page has no company in it."""
    assert "globex" not in (await site.board.get("/")).text


async def boards(site: Site) -> None:
    """Their name is not in the list."""
    answer = await site.board.get("/api/boards")
    assert answer.status_code == 200 and "globex" not in answer.text.lower()


async def breach(site: Site) -> None:
    """Their breach is answered as one that does not exist."""
    await _same_as_nothing(site, "/api/breaches/")


async def breach_page(site: Site) -> None:
    """So is its page."""
    await _same_as_nothing(site, "/breaches/")


async def _same_as_nothing(site: Site, path: str) -> None:
    theirs, nothing = [await site.board.get(path + number) for number in (FOREIGN.id, "c" * 16)]
    assert (theirs.status_code, theirs.text) == (nothing.status_code, nothing.text)
    assert theirs.status_code == 400


async def members(site: Site) -> None:
    """Members are our own."""
    await _read(site, f"/api/members?dimension=channel&{WINDOW}")


async def events(site: Site) -> None:
    """Changes of theirs are not told; our own stream never ends, so that it is not asked for here."""
    await _refused(site, "/api/events?")


async def rows(site: Site) -> None:
    """The first panel of every board shows our own rows."""
    for board in BOARDS:
        await _read(site, f"/api/data/{board.id}/{board.panels[0].id}?{WINDOW}")


async def file(site: Site) -> None:
    """So do its files."""
    await _read(site, f"/api/csv/{BOARDS[0].id}/{BOARDS[0].panels[0].id}?{WINDOW}&lang=en")


async def _read(site: Site, path: str) -> None:
    await _refused(site, path)
    answer = await site.board.get(f"{path}&tenant=acme")
    assert answer.status_code == 200, answer.text
    assert SECRET_NAME not in answer.text and str(SECRET_NUMBER) not in answer.text


async def _refused(site: Site, path: str) -> None:
    async with asyncio.timeout(PATIENCE_S):  # a stream that is opened by mistake never ends
        theirs, nobodys = [
            await site.board.get(f"{path}&tenant={tenant}") for tenant in ("globex", "nobody")
        ]
        twice = await site.board.get(f"{path}&tenant=acme&tenant=globex")
    assert [one.status_code for one in (theirs, nobodys, twice)] == [400, 400, 400]
    assert theirs.text == nobodys.text.replace("nobody", "globex")


GATEWAY: dict[str, Callable[[Site], Awaitable[None]]] = {
    "POST /hooks/{vendor}/{connection}": foreign_webhook,
    "POST /hooks/{vendor}/{connection}/{key}": foreign_address,
    "OPTIONS /hooks/{vendor}/{connection}": handshake,
    f"POST {COSTS}": costs,
    "POST /v1/breaches/{breach}/actions": action,
    f"POST {INVITATIONS}": invitations,
    f"POST {REGISTRATIONS_PATH}": registrations,
    f"POST {REQUIREMENTS_PATH}": requirements,
}
BOARD: dict[str, Callable[[Site], Awaitable[None]]] = {
    "GET /": page,
    "GET /api/boards": boards,
    "GET /api/members": members,
    "GET /api/breaches/{breach}": breach,
    "GET /api/data/{board}/{panel}": rows,
    "GET /api/csv/{board}/{panel}": file,
    "GET /api/events": events,
    "GET /breaches/{breach}": breach_page,
    "POST /breaches/{breach}/actions": action_on_the_page,
}


def routes_of(app: Any) -> set[str]:
    """Every method and path of an application, but those that belong to no company."""
    routes = set()
    for route in app.routes:
        assert isinstance(route, Route | Mount) or hasattr(route, "methods"), route
        methods = {"GET"} if isinstance(route, Mount) else set(route.methods or ()) - {"HEAD"}
        if route.path not in OF_NOBODY:
            routes |= {f"{method} {route.path}" for method in methods}
    return routes


def test_every_route_has_a_case(site: Site) -> None:
    """A new route of gateway or board fails here until it has a case, or a reason why it belongs to no company."""
    assert routes_of(site.gateway_app) == {*GATEWAY}
    assert routes_of(site.board_app) == {*BOARD}


@pytest.mark.parametrize("route", [*GATEWAY, *BOARD])
async def test_a_token_opens_its_own_company_only(site: Site, route: str) -> None:
    """With a token of acme that may do everything, nothing of globex is read or changed."""
    await (GATEWAY | BOARD)[route](site)
