"""People sign in through a proxy or with OpenID Connect, see what their groups open, and every refusal is noted."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from schemas.errors import Malformed, Unavailable
from schemas.kafka.audit import AuditRecord
from schemas.tenants.config import Tenancy
from streams.boards.access import BoardAccess
from streams.boards.audit_trail import MAX_RECORDS, AuditTrail
from streams.boards.login_form import MAX_ATTEMPTS, SESSION_S
from streams.boards.oidc_sign_in import ATTEMPT_S, OidcSignIn
from streams.boards.page import create_app
from streams.boards.role import is_login_required, make_access
from streams.boards.trusted_proxy import TrustedProxy
from streams.configuration.settings import Settings, load_settings
from streams.configuration.sign_in import SignIn
from tests.fakes import NOON, SetClock
from tests.security.oidc_provider import CLIENT, SECRET, Provider, path_of, running_provider
from tests.security.test_access import READER, tenancy

PROXY = "10.0.0.5"
BOARD = "http://127.0.0.1:8090"


@dataclass
class ListWriter:
    """Keeps audit records in a list, or raises Unavailable while `away`."""

    records: list[AuditRecord] = field(default_factory=list)
    away: bool = False

    def __call__(self, records: Sequence[AuditRecord]) -> None:
        """Keep the records."""
        if self.away:
            raise Unavailable("kafka")
        self.records.extend(records)


@dataclass
class Board:
    """A board in this process with its clock and its audit log."""

    access: BoardAccess
    clock: SetClock
    writer: ListWriter

    def browser(self, address: str = PROXY) -> httpx.AsyncClient:
        """A browser without a session, or a proxy, at this address."""
        app = create_app(self.access, lambda: None)
        transport = httpx.ASGITransport(app, client=(address, 1))
        return httpx.AsyncClient(
            transport=transport, base_url=BOARD, headers={"Accept": "text/html"}
        )

    async def refusals(self) -> list[tuple[str, str]]:
        """The reason of each refusal in the audit log, and who was refused."""
        await self.access.audit.flush()
        return [(one.detail, one.by) for one in self.writer.records if one.action == "refused"]


def companies() -> Tenancy:
    """Two companies, each open to one group."""
    acme, globex = tenancy().tenants
    return Tenancy(
        tenants=(
            acme.model_copy(update={"board_groups": ("acme-recruiting",)}),
            globex.model_copy(update={"board_groups": ("globex-recruiting",)}),
        )
    )


def board(settings: SignIn) -> Board:
    """A board with this sign-in, at noon."""
    clock, writer = SetClock(), ListWriter()
    is_oidc = settings.kind == "oidc"
    sign_on = OidcSignIn(settings, companies, clock) if is_oidc else TrustedProxy(settings)
    audit = AuditTrail(writer, clock)
    access = BoardAccess(companies, True, clock, single_sign_on=sign_on, audit=audit)
    return Board(access, clock, writer)


async def seen(browser: httpx.AsyncClient, **headers: str) -> list[str] | int:
    """The companies that a request sees, or the status that refuses it."""
    answer = await browser.get("/api/boards", headers=headers)
    if answer.status_code != 200:
        return answer.status_code
    return [tenant["id"] for tenant in answer.json()["tenants"]]


def proxy_board(**changes: Any) -> Board:
    """A board behind a proxy."""
    return board(SignIn(kind="proxy", proxy_addresses=f"{PROXY}, 2001:db8::/64", **changes))


async def test_a_proxy_says_who_somebody_is() -> None:
    """From a listed address the groups open their companies, and nobody without a header sees anything."""
    here = proxy_board()
    for address in (PROXY, f"::ffff:{PROXY}", "2001:db8::7"):
        async with here.browser(address) as proxy:
            headers = {"X-Forwarded-User": "taro", "X-Forwarded-Groups": "staff, acme-recruiting"}
            assert await seen(proxy, **headers) == ["acme"]
            headers["X-Forwarded-Groups"] = "globex-recruiting,acme-recruiting"
            assert await seen(proxy, **headers) == ["acme", "globex"]
            assert await seen(proxy) == 401
            assert await seen(proxy, Authorization=f"Bearer {READER}") == ["acme"]
    assert await here.refusals() == []


@pytest.mark.parametrize(
    ("address", "headers", "reason"),
    [
        ("10.0.0.6", {"X-Forwarded-User": "taro"}, "untrusted_proxy"),
        ("10.0.0.6", {"X-Forwarded-Groups": "acme-recruiting"}, "untrusted_proxy"),
        ("10.0.0.6", {"X-Forwarded-User": "taro", "X-Forwarded-For": PROXY}, "untrusted_proxy"),
        ("10.0.0.6", {"X-Forwarded-User": "taro", "Authorization": f"Bearer {READER}"}, "untrusted_proxy"),
        (PROXY, {"X-Forwarded-Groups": "acme-recruiting"}, "ambiguous_headers"),
        (PROXY, {"X-Forwarded-User": " ", "X-Forwarded-Groups": "acme-recruiting"}, "ambiguous_headers"),
        (PROXY, {"X-Forwarded-User": "taro", "X-Forwarded-Groups": "ACME-recruiting"}, "no_company"),
        (PROXY, {"X-Forwarded-User": "taro"}, "no_company"),
    ],
)  # fmt: skip
async def test_a_proxy_that_cannot_be_believed_is_refused(
    address: str, headers: dict[str, str], reason: str
) -> None:
    """A refusal says what to do and is noted with the person it claims to be."""
    here = proxy_board()
    async with here.browser(address) as browser:
        answer = await browser.get("/api/boards", headers=headers)
        page = await browser.get("/", headers=headers)

    assert (answer.status_code, page.status_code) == (403, 403)
    assert "board" in page.text or "proxy" in page.text
    ((noted, by), _) = await here.refusals()
    assert noted == reason and address in by


async def test_headers_that_come_twice_are_refused() -> None:
    """A client's own header beside the proxy's is not chosen from."""
    here = proxy_board()
    async with here.browser() as proxy:
        for name in ("X-Forwarded-User", "X-Forwarded-Groups"):
            headers = [("X-Forwarded-User", "taro"), ("X-Forwarded-Groups", "acme-recruiting")]
            answer = await proxy.get("/api/boards", headers=[*headers, (name, "globex-recruiting")])
            assert answer.status_code == 403
    assert [reason for reason, _ in await here.refusals()] == ["ambiguous_headers"] * 2


async def test_the_audit_log_cannot_be_flooded() -> None:
    """Beyond a number of records a minute only their count is kept, and an outage of Kafka loses none of the others."""
    here = proxy_board()
    async with here.browser("10.0.0.6") as stranger:
        for _ in range(MAX_RECORDS + 5):
            await stranger.get("/api/boards", headers={"X-Forwarded-User": "taro"})
        here.clock.now += timedelta(minutes=2)
        await stranger.get("/api/boards", headers={"X-Forwarded-User": "taro"})
    await here.access.audit.flush()

    assert len(here.writer.records) == MAX_RECORDS + 2
    assert here.writer.records[-2].subject == "5 more"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    """A provider on this machine."""
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    """The provider as it was at first."""
    running.claims, running.header, running.published = {}, {}, []
    return running


@pytest.fixture
def oidc(provider: Provider, tmp_path: Path) -> Board:
    """A board whose people sign in at the provider."""
    secret = tmp_path / "client-secret"
    secret.write_text(f"{SECRET}\n")
    return board(
        SignIn(
            kind="oidc",
            issuer=provider.issuer,
            client_id=CLIENT,
            client_secret_file=secret,
            board_url=BOARD,
        )
    )


@pytest.fixture
async def browser(oidc: Board) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a session."""
    async with oidc.browser() as browser:
        yield browser


async def callback(browser: httpx.AsyncClient, destination: str = "") -> str:
    """Start at the board and sign in at the provider; return where that sends the browser."""
    start = await browser.get("/login/start", params={"next": destination})
    assert start.status_code == 303, start.text
    async with httpx.AsyncClient() as outside:
        answer = await outside.get(start.headers["location"])
    return path_of(answer.headers["location"])


async def test_a_person_signs_in_with_the_company_account(
    oidc: Board, browser: httpx.AsyncClient
) -> None:
    """The page leads to the provider, from there to the page that was asked for, and the groups open their company."""
    form = await browser.get("/login?next=board%3Dsummary")
    assert "login/start?next=board%3Dsummary" in form.text
    answer = await browser.get(await callback(browser, "board=summary"))

    assert (answer.status_code, answer.headers["location"]) == (303, ".././?board=summary")
    assert answer.headers["set-cookie"].count("HttpOnly") == 1
    assert await seen(browser) == ["acme"]
    await oidc.access.audit.flush()
    assert [(one.action, one.by) for one in oidc.writer.records] == [
        ("signed_in", "taro@acme.example")
    ]
    oidc.clock.now += timedelta(seconds=SESSION_S + 60)
    assert await seen(browser) == 401
    oidc.clock.now = NOON
    await browser.post("/logout")
    assert await seen(browser) == 401


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"nonce": "another"}, "claims_invalid_claim"),
        ({"nonce": None}, "claims_missing_claim"),
        ({"aud": "another-client"}, "claims_invalid_claim"),
        ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, "claims_azp"),
        ({"aud": None}, "claims_missing_claim"),
        ({"iss": "https://attacker.example"}, "claims_invalid_claim"),
        ({"exp": int(NOON.timestamp()) - 120}, "claims_expired_token"),
        ({"exp": None}, "claims_missing_claim"),
        ({"iat": int(NOON.timestamp()) + 3600}, "claims_invalid_claim"),
        ({"sub": None}, "claims_missing_claim"),
        ({"groups": None}, "no_groups"),
        ({"groups": ["staff"]}, "no_company"),
        ({"groups": {"acme-recruiting": True}}, "no_groups"),
    ],
)
async def test_a_token_that_is_not_for_this_sign_in_is_refused(
    oidc: Board, browser: httpx.AsyncClient, provider: Provider, claims: dict[str, Any], reason: str
) -> None:
    """Nonce, audience, issuer, expiry and groups are checked; the refusal says what to do and is noted."""
    provider.claims = claims
    answer = await browser.get(await callback(browser))

    assert answer.status_code == 403 and "alert" in answer.text
    assert await seen(browser) == 401
    assert [noted for noted, _ in await oidc.refusals()] == [reason]


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
async def test_a_token_that_anybody_could_sign_is_refused(
    oidc: Board, browser: httpx.AsyncClient, provider: Provider, algorithm: str
) -> None:
    """A token without a signature, or with the public key as the secret, opens nothing."""
    provider.header = {"alg": algorithm}

    assert (await browser.get(await callback(browser))).status_code == 403
    assert [noted for noted, _ in await oidc.refusals()] == ["signature"]


async def test_a_new_key_of_the_provider_is_taken_up(
    oidc: Board, browser: httpx.AsyncClient, provider: Provider
) -> None:
    """After a rotation the keys are asked for again; a token under a key that is not published is refused."""
    assert (await browser.get(await callback(browser))).status_code == 303
    provider.published, provider.key = [provider.key], RSAKey.generate_key(2048, {"kid": "second"})
    oidc.clock.now += timedelta(seconds=30)
    assert (await browser.get(await callback(browser))).status_code == 403
    provider.published = [provider.key]
    oidc.clock.now += timedelta(seconds=30)
    asked = provider.key_requests
    assert (await browser.get(await callback(browser))).status_code == 303
    assert (await browser.get(await callback(browser))).status_code == 303
    assert provider.key_requests == asked + 1


async def test_a_sign_in_is_completed_by_the_browser_that_began_it(oidc: Board) -> None:
    """Another browser, another state, a second use and one that is too old are refused."""
    async with oidc.browser() as mine, oidc.browser() as victim:
        address = await callback(mine)
        assert (await victim.get(address)).status_code == 403
        await victim.get("/login/start")
        assert (await victim.get(address)).status_code == 403
        code = parse_qs(urlsplit(address).query)["code"][0]
        assert (await mine.get(f"/login/callback?code={code}&state=x")).status_code == 403
        other = address.replace("iss=", "iss=https%3A%2F%2Fattacker.example")
        assert (await mine.get(other)).status_code == 403
        genuine = mine.cookies["hirelay-sign-in"]
        assert (await mine.get(address)).status_code == 303
        mine.cookies.clear()
        again = await mine.get(address, headers={"Cookie": f"hirelay-sign-in={genuine}"})
        assert again.status_code == 403
        late = await callback(mine)
        oidc.clock.now += timedelta(seconds=ATTEMPT_S + 5)
        assert (await mine.get(late)).status_code == 403
    reasons = [reason for reason, _ in await oidc.refusals()]
    assert reasons == ["state", "state", "state", "issuer", "code_refused", "state"]


async def test_what_the_provider_denies_is_shown(oidc: Board, browser: httpx.AsyncClient) -> None:
    """Who may not sign in at the provider reads whom to ask."""
    state = parse_qs(urlsplit(await callback(browser)).query)["state"][0]
    answer = await browser.get(f"/login/callback?error=access_denied&state={state}")

    assert answer.status_code == 403 and "ask whoever runs it" in answer.text
    assert [reason for reason, _ in await oidc.refusals()] == ["denied"]


async def test_forged_sessions_and_guesses_open_nothing(oidc: Board) -> None:
    """A cookie of another kind or a changed one is none, and many failures stop for a minute."""
    async with oidc.browser() as browser:
        await callback(browser)
        attempt = browser.cookies["hirelay-sign-in"]
        for cookie in (attempt, "x", ""):
            headers = {"Cookie": f"hirelay-person={cookie}"}
            assert (await browser.get("/api/boards", headers=headers)).status_code == 401
        for _ in range(MAX_ATTEMPTS):
            await browser.get("/login/callback?code=x&state=x")
        assert (await browser.get("/login/start")).status_code == 429
        oidc.clock.now += timedelta(seconds=61)
        assert (await browser.get("/login/start")).status_code == 303


async def test_a_provider_that_is_away_or_another_is_said(
    tmp_path: Path, provider: Provider
) -> None:
    """Without an answer the sign-in fails with 503, and with another issuer the setting is named."""
    secret = tmp_path / "client-secret"
    secret.write_text(SECRET)
    for issuer, status, text in (
        ("http://127.0.0.1:1", 503, "does not answer"),
        (f"{provider.issuer}/", 403, "HIRELAY_OIDC_ISSUER"),
    ):
        here = board(
            SignIn(
                kind="oidc",
                issuer=issuer,
                client_id=CLIENT,
                client_secret_file=secret,
                board_url=BOARD,
            )
        )
        async with here.browser() as browser:
            answer = await browser.get("/login/start")
        assert answer.status_code == status and text in answer.text


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"board_sign_in": "proxy"}, "HIRELAY_PROXY_ADDRESSES"),
        ({"board_sign_in": "proxy", "proxy_addresses": "proxy.example"}, "HIRELAY_PROXY_ADDRESSES"),
        ({"board_sign_in": "proxy", "proxy_addresses": "0.0.0.0/0"}, "lets anybody name themselves"),
        ({"board_sign_in": "proxy", "proxy_addresses": PROXY, "proxy_user_header": "a b"}, "HIRELAY_PROXY_USER_HEADER"),
        ({"board_sign_in": "proxy", "proxy_addresses": PROXY, "proxy_user_header": "x-forwarded-groups"}, "same header"),
        ({"proxy_addresses": PROXY}, "needs HIRELAY_BOARD_SIGN_IN proxy"),
        ({"oidc_issuer": "https://id.example"}, "need HIRELAY_BOARD_SIGN_IN oidc"),
        ({"board_sign_in": "oidc"}, "HIRELAY_OIDC_CLIENT_ID"),
        ({"board_sign_in": "oidc", "oidc_client_id": CLIENT, "oidc_issuer": "http://id.example"}, "HIRELAY_OIDC_ISSUER"),
        ({"board_sign_in": "oidc", "oidc_client_id": CLIENT, "oidc_issuer": "https://id.example"}, "HIRELAY_BOARD_URL"),
        (
            {"board_sign_in": "oidc", "oidc_client_id": CLIENT, "oidc_issuer": "https://id.example", "board_url": BOARD},
            "HIRELAY_OIDC_CLIENT_SECRET_FILE",
        ),
    ],
)  # fmt: skip
def test_unsafe_settings_are_refused(settings: dict[str, str], message: str) -> None:
    """A sign-in that cannot work, or lets anybody in, is refused with the variable to change."""
    with pytest.raises(Malformed) as refusal:
        load_settings(**settings)
    assert message in str(refusal.value)


def test_signing_in_elsewhere_is_always_required() -> None:
    """Even on loopback nothing is shown without signing in, and the role uses the sign-in of its settings."""
    settings = Settings(board_sign_in="proxy", proxy_addresses=PROXY)

    assert is_login_required(settings)
    assert isinstance(make_access(settings).single_sign_on, TrustedProxy)
