"""Costs are posted by who holds a token, exactly or not at all, and count once whatever is repeated."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import packs
from schemas.funnel.rules import TenantRules
from schemas.tenants.config import Secret, Tenancy, Tenant
from schemas.tenants.mapping_snapshot import meaning
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.ingest import replay_guard
from streams.ingest.connections import Configuration, SecretStore, files, resolve
from streams.ingest.http.costs_route import EXAMPLE
from streams.ingest.http.server import create_app, keys
from streams.ingest.kafka.packer import encode
from streams.tools.verify.comparison import Oracle
from tests.fakes import ListPublisher, SetClock
from tests.ingest import gateways
from tests.vendors.folding import totals

PATH = "/v1/costs"
TOKEN = gateways.ENVIRON["TOKEN"]
SECRETS = gateways.ENVIRON | {"GLOBEX": "globex-token-of-this-year-0001"}
TODAY = date(2026, 4, 1)
MEDIA = {
    "cost_id": "c1",
    "kind": "media",
    "scope": "channel",
    "member": "doda",
    "amount": 365000,
    "from": "2026-01-01",
    "to": "2026-12-31",
}
TOOL = {"cost_id": "t1", "kind": "tool", "scope": "company", "amount": "30000"}


def tenancy() -> Tenancy:
    """Acme in yen with two tokens, and Globex in dollars with one."""
    (acme,) = gateways.tenancy().tenants
    keys_of = {"quarantine_key": Secret(env="QUARANTINE"), "person_key": Secret(env="PERSON")}
    globex = Tenant(
        id="globex", name="g", currency="USD", api_tokens=(Secret(env="GLOBEX"),), **keys_of
    )
    return Tenancy(tenants=(acme, globex))


def configuration(held: Tenancy | None = None) -> Configuration:
    """Its doors and tokens."""
    return resolve(held or tenancy(), SecretStore(SECRETS, Path()), keys())


@pytest.fixture
def publisher() -> ListPublisher:
    """A list in place of Kafka."""
    return ListPublisher()


@pytest.fixture
def clock() -> SetClock:
    """Noon of the first of April in Tokyo."""
    return SetClock()


@pytest.fixture
async def client(publisher: ListPublisher, clock: SetClock) -> AsyncIterator[httpx.AsyncClient]:
    """A sender."""
    app = create_app(Settings(gateway_body_bytes=50_000), configuration(), publisher, clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        yield sender


async def post(client: httpx.AsyncClient, *entries: Any, token: str = TOKEN) -> httpx.Response:
    """One entry as it is, several in a list."""
    body = entries[0] if len(entries) == 1 else {"entries": entries}
    headers = {"Authorization": f"Bearer {token}"}
    return await client.post(PATH, content=json.dumps(body), headers=headers)


def counted(publisher: ListPublisher) -> dict[date, dict[str, int]]:
    """What the accepted events come to in the company, by local day."""
    oracle = Oracle()
    for offset, each in enumerate(publisher.events):
        oracle.read(offset, packs.encode([encode(each)]))
    return totals(oracle.cells(TenantRules(meaning(tenancy()))))


def money(publisher: ListPublisher) -> dict[str, int]:
    """The same over all days."""
    found: dict[str, int] = {}
    for tally in counted(publisher).values():
        for measure, n in tally.items():
            found[measure] = found.get(measure, 0) + n
    return found


async def test_a_cost_is_recorded(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """A year's contract is answered once it is kept, and every day carries its part."""
    response = await post(client, MEDIA)
    (event,) = publisher.events
    days = counted(publisher)

    assert (response.status_code, response.json()) == (202, {"accepted": 1, "ids": [event.id]})
    assert (event.tenant, event.subject, event.ingestmode) == ("acme", "cost/c1", "api")
    assert event.source == "urn:ats:hirelay:acme:costs"
    assert (len(days), days[TODAY]) == (365, {"cost.media": 1000})


async def test_the_example_of_the_description_is_accepted(client: httpx.AsyncClient) -> None:
    """What the documentation shows is right, and it is shown with its fields."""
    described = (await client.get("/openapi.json")).json()
    operation = described["paths"][PATH]["post"]
    content = operation["requestBody"]["content"]["application/json"]

    assert (await post(client, EXAMPLE)).status_code == 202
    assert (await post(client, *content["example"]["entries"])).status_code == 202
    assert set(content["schema"]["anyOf"][0]["properties"]) >= {*MEDIA, "at", "reversed"}
    assert operation["security"] == [{"HTTPBearer": []}]


async def test_without_a_token_nobody_is_heard(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """Missing, wrong, of another scheme or doubled: one answer, which tells nothing."""
    good = f"Bearer {TOKEN}"
    given: list[list[tuple[str, str]]] = [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer ")],
        [("Authorization", f"Bearer {TOKEN}x")],
        [("Authorization", f"Bearer {TOKEN[:-1]}")],
        [("Authorization", f"Basic {TOKEN}")],
        [("Authorization", TOKEN)],
        [("Authorization", good), ("Authorization", good)],
    ]
    answers = [
        await client.post(PATH, content=json.dumps(MEDIA), headers=headers) for headers in given
    ]

    assert {each.status_code for each in answers} == {401}
    assert {each.headers["WWW-Authenticate"] for each in answers} == {"Bearer"}
    assert len({(each.json()["error"], each.json()["message"]) for each in answers}) == 1
    assert publisher.events == []


async def test_every_active_token_opens(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """While a token is rotated the old and the new one are good, and a repeated cost is the same."""
    answers = [
        await post(client, MEDIA, token=gateways.ENVIRON[n]) for n in ("TOKEN", "NEXT_TOKEN")
    ]

    assert [each.status_code for each in answers] == [202, 202]
    assert len({each.id for each in publisher.events}) == 1


async def test_the_token_tells_the_company(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """The same cost of two companies is two costs, each in the currency of its own."""
    for token in (TOKEN, SECRETS["GLOBEX"]):
        await post(client, MEDIA, token=token)
    ours, theirs = publisher.events

    assert (ours.tenant, theirs.tenant) == ("acme", "globex")
    assert (ours.data.amount, theirs.data.amount) == (365000, 36500000)
    assert (ours.data.currency, theirs.data.currency) == ("JPY", "USD")
    assert ours.id != theirs.id


async def test_guessing_is_limited(
    client: httpx.AsyncClient, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After too many attempts guesses are put off, and a good token is let in all the same."""
    monkeypatch.setattr(replay_guard, "UNTRUSTED_PER_HOUR", 2)
    answers = [(await post(client, MEDIA, token="x" * 30)).status_code for _ in range(4)]
    good = await post(client, MEDIA)
    clock.now += timedelta(hours=1)
    later = await post(client, MEDIA, token="x" * 30)

    assert (answers, good.status_code, later.status_code) == ([401, 401, 429, 429], 202, 401)


WRONG = [
    ({"cost_id": None}, "cost_id"),
    ({"cost_id": " "}, "cost_id"),
    ({"cost_id": "taro@example.com"}, "cost_id"),
    ({"cost_id": "c" * 151}, "cost_id"),
    ({"cost_id": "c\x1f1"}, "cost_id"),
    ({"cost_id": "\ud800"}, "cost_id"),
    ({"version": 0}, "version"),
    ({"version": True}, "version"),
    ({"version": "2"}, "version"),
    ({"version": 1.0}, "version"),
    ({"kind": "bribe"}, "kind"),
    ({"kind": []}, "kind"),
    ({"scope": "planet"}, "scope"),
    ({"scope": "company"}, "member"),
    ({"member": None}, "member"),
    ({"member": "taro@example.com"}, "member"),
    ({"member": "taro＠example.com"}, "member"),
    ({"member": "\ufdfa" * 100}, "member"),
    ({"amount": None}, "amount"),
    ({"amount": True}, "amount"),
    ({"amount": "1,200"}, "amount"),
    ({"amount": "¥1200"}, "amount"),
    ({"amount": "NaN"}, "amount"),
    ({"amount": 0.5}, "amount"),
    ({"amount": "1200.5"}, "amount"),
    ({"amount": "12." + "0" * 29 + "1"}, "amount"),
    ({"amount": "10.001", "currency": "USD"}, "amount"),
    ({"amount": 2**53 + 1}, "amount"),
    ({"amount": 1e40}, "amount"),
    ({"currency": "yen"}, "currency"),
    ({"currency": "JPY\n"}, "currency"),
    ({"from": "2026-02-30"}, "from"),
    ({"from": "01/04/2026"}, "from"),
    ({"from": "1899-01-01"}, "from"),
    ({"from": 20260401}, "from"),
    ({"from": None}, "from"),
    ({"to": "2025-12-31"}, "to"),
    ({"to": "2036-12-31"}, "to"),
    ({"at": "2026-04-01"}, "at"),
    ({"at": "2026-04-01T09:00:00"}, "at"),
    ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
    ({"at": "1990-01-01T00:00:00+09:00"}, "at"),
    ({"at": "2026-04-02T00:00:00Z"}, "at"),
    ({"at": "2026-03-01T00:00:00Z", "reversed": True}, "at"),
    ({"reversed": "true"}, "reversed"),
    ({"reversed": 1}, "reversed"),
    ({"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("change", "field"), WRONG, ids=range(len(WRONG)))
async def test_what_is_wrong_is_said_and_nothing_is_taken(
    client: httpx.AsyncClient, publisher: ListPublisher, change: dict[str, Any], field: str
) -> None:
    """One entry in error refuses the whole request, names the entry and the field, and says what to do."""
    response = await post(client, TOOL, MEDIA | change)
    problems = response.json()["problems"]

    assert (response.status_code, publisher.events) == (422, [])
    assert [(each["index"], each["field"]) for each in problems] == [(1, field)]
    assert len(problems[0]["message"]) > 10
    assert "taro" not in response.text


@pytest.mark.parametrize(
    "missing", ["cost_id", "kind", "scope", "member", "amount", "from"], ids=str
)
async def test_what_is_missing_is_named(client: httpx.AsyncClient, missing: str) -> None:
    """An entry without what it cannot do without is refused."""
    response = await post(client, {name: v for name, v in MEDIA.items() if name != missing})
    (problem,) = response.json()["problems"]

    assert (response.status_code, problem["field"]) == (422, missing)
    assert problem["message"].startswith("missing")


async def test_every_problem_is_told_at_once(client: httpx.AsyncClient) -> None:
    """Nobody has to send a request ten times to find ten mistakes."""
    response = await post(client, {"kind": "x"}, MEDIA, 7, MEDIA | {"amount": "?", "version": 2})
    found = [(each["index"], each["field"]) for each in response.json()["problems"]]

    assert found == [
        (0, "cost_id"),
        (0, "kind"),
        (0, "scope"),
        (0, "amount"),
        (2, ""),
        (3, "amount"),
    ]


async def test_one_version_stands_once_in_a_request(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """Of two entries of one instant nobody could say which is the later."""
    response = await post(client, MEDIA, MEDIA | {"amount": 1})
    both = await post(client, MEDIA, MEDIA | {"amount": 730000, "version": 2})

    assert (response.status_code, response.json()["problems"][0]["field"]) == (422, "version")
    assert (both.status_code, money(publisher)) == (202, {"cost.media": 730000})


@pytest.mark.parametrize(
    "body",
    ["", "{", "nul", "[" * 40_000, '{"amount": NaN}', "1" * 9_000, b"\xff\xfe"],
    ids=range(7),
)
async def test_what_is_no_json_is_refused(client: httpx.AsyncClient, body: str | bytes) -> None:
    """A request that cannot be read is the sender's mistake."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    response = await client.post(PATH, content=body, headers=headers)

    assert (response.status_code, response.json()["error"]) == (400, "not_json")


@pytest.mark.parametrize(
    "body",
    [
        *([], [MEDIA], 7, None, "x", {"entries": []}, {"entries": MEDIA}),
        *({"entries": [MEDIA], "tenant": "globex"}, {"entries": [{}] * 501}),
    ],
    ids=range(9),
)
async def test_what_is_no_list_of_costs_is_refused(client: httpx.AsyncClient, body: Any) -> None:
    """One entry, or one to five hundred of them."""
    response = await post(client, body)

    assert (response.status_code, response.json()["problems"][0]["index"]) == (422, None)


async def test_a_body_too_large_is_refused(client: httpx.AsyncClient) -> None:
    """The limit is that of webhooks."""
    assert (await post(client, MEDIA | {"x": "x" * 50_000})).status_code == 413


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        *((1200000, None, 1200000), ("1200000", "JPY", 1200000), (1200.0, "JPY", 1200)),
        *(("12.50", "USD", 1250), (12.5, "USD", 1250), (0.07, "EUR", 7), ("1.2e3", "USD", 120000)),
        *(("1.234", "KWD", 1234), (1e3, "KRW", 1000), ("-5000", "JPY", -5000), (0, None, 0)),
        *(("0.10", "USD", 10), (90071992547409.92, "USD", 2**53)),
    ],
)
async def test_amounts_are_exact(
    client: httpx.AsyncClient,
    publisher: ListPublisher,
    amount: Any,
    currency: str | None,
    minor: int,
) -> None:
    """An amount is in the currency's own unit, and kept in its minor units without rounding."""
    more = {} if currency is None else {"currency": currency}
    response = await post(client, TOOL | more | {"amount": amount})

    assert (response.status_code, publisher.events[0].data.amount) == (202, minor)


async def test_a_number_is_read_as_written(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """No floating point comes between the request and the number."""
    body = json.dumps(TOOL | {"currency": "USD"}).replace('"30000"', "90071992547409.91")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    await client.post(PATH, content=body, headers=headers)

    assert publisher.events[0].data.amount == 2**53 - 1


async def test_a_repeated_request_counts_once(
    client: httpx.AsyncClient, publisher: ListPublisher, clock: SetClock
) -> None:
    """A sender that got no answer may send the same again, a day later too: it stays on the first day."""
    first = await post(client, TOOL)
    clock.now += timedelta(days=1)
    again = await post(client, TOOL)

    assert first.json() == again.json()
    assert counted(publisher) == {TODAY: {"cost.tool": 30000}}


async def test_broker_away(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """While Kafka is away nothing is promised, and the same request is welcome later."""
    publisher.away = True
    away = await post(client, MEDIA)
    publisher.away = False

    assert (away.status_code, int(away.headers["Retry-After"]) > 0) == (503, True)
    assert (await post(client, MEDIA)).status_code == 202


async def test_a_correction_and_a_reversal(
    client: httpx.AsyncClient, publisher: ListPublisher, clock: SetClock
) -> None:
    """A higher version replaces; a reversal takes all back; a still higher version counts again."""
    found = []
    for change in (
        {},
        {"amount": 40000, "version": 2},
        {"amount": 40000, "version": 2, "reversed": True},
        {"amount": 50000, "version": 3},
    ):
        clock.now += timedelta(minutes=1)
        assert (await post(client, TOOL | change)).status_code == 202
        found.append(money(publisher).get("cost.tool", 0))

    assert found == [30000, 40000, 0, 50000]


async def test_the_later_content_of_one_version_stands(
    client: httpx.AsyncClient, publisher: ListPublisher, clock: SetClock
) -> None:
    """The later of two contents counts; the earlier is not taken again, which a higher version would be."""
    found = []
    for amount in (30000, 40000, 30000):
        clock.now += timedelta(minutes=1)
        await post(client, TOOL | {"amount": amount})
        found.append(money(publisher)["cost.tool"])

    assert found == [30000, 40000, 40000]


async def test_a_cost_reaches_its_cells(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """A channel is the same under any width or spacing; a job, and the day of what has no period, are found."""
    recorded = "2026-03-10T23:30:00+00:00"
    await post(
        client,
        MEDIA | {"member": "ＤＯＤＡ　 転職", "to": "2026-01-01"},
        TOOL | {"scope": "job", "member": 4012, "at": recorded},
        TOOL | {"cost_id": "usd", "currency": "USD", "from": "2026-04-10"},
    )
    oracle = Oracle()
    for offset, each in enumerate(publisher.events):
        oracle.read(offset, packs.encode([encode(each)]))
    cells = oracle.cells(TenantRules(meaning(tenancy())))
    found = {
        (key.dimension, key.member, (date(1970, 1, 1) + timedelta(key.day)).isoformat(), *each)
        for key, tally in cells.items()
        for each in tally.items()
        if key.basis == "decision"
    }

    assert found >= {
        ("channel", "DODA 転職", "2026-01-01", "cost.media", 365000),
        ("job", "4012", "2026-03-11", "cost.tool", 30000),
        ("channel", "unknown", "2026-03-11", "cost.tool", 30000),
        ("total", "all", "2026-04-10", "foreign_cost.USD.tool", 3000000),
    }
    assert [each.timequality for each in publisher.events] == ["received", "exact", "received"]


async def test_metrics_name_no_company(client: httpx.AsyncClient) -> None:
    """Operators see how many were taken and refused, by closed-set words."""
    await post(client, MEDIA)
    await post(client, {})
    await post(client, MEDIA, token="x" * 30)
    metrics = (await client.get("/metrics")).text

    assert 'hirelay_gateway_events_total{vendor="hirelay"} 1.0' in metrics
    assert 'hirelay_gateway_deliveries_total{outcome="refused",vendor="hirelay"} 2.0' in metrics
    assert 'hirelay_gateway_refused_total{reason="invalid_entries"} 1.0' in metrics
    assert 'hirelay_gateway_refused_total{reason="unauthorized"} 1.0' in metrics
    assert "doda" not in metrics


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from([*MEDIA, "version", "currency", "at", "reversed"])
LIKELY = st.sampled_from(
    [
        *("", "1e99", "-0", "0001-01-01", "9999-12-31", "2026-04-01", "2026-04-01T00:00:00Z"),
        *("9999-12-31T23:59:59-14:00", "JPY", "USD", "XXX", "company", "hire", "tool", "@"),
        *(
            "2026-W01-1",
            "٣",
            "²",
            "2026-04-01T24:00:00+00:00",
            10**400,
            1e308,
            -1e-300,
            2**53,
            -(2**53),
            {},
            [],
        ),
    ]
)
ENTRIES = st.builds(
    lambda change: MEDIA | change, st.dictionaries(FIELDS, LIKELY | JSON, max_size=4)
)


def status(body: bytes) -> tuple[int, ListPublisher]:
    """What a signed-in sender of these bytes is answered."""
    publisher = ListPublisher()

    async def answered() -> int:
        app = create_app(Settings(), CONFIGURATION, publisher, SetClock())
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
            headers = {"Authorization": f"Bearer {TOKEN}"}
            return (await sender.post(PATH, content=body, headers=headers)).status_code

    return asyncio.run(answered()), publisher


CONFIGURATION = configuration()


@settings(max_examples=250, deadline=None)
@given(st.one_of(ENTRIES, JSON, st.lists(ENTRIES, max_size=3).map(lambda each: {"entries": each})))
def test_no_body_breaks_the_door(body: Any) -> None:
    """Whatever JSON is sent is taken or refused; what is taken the worker can read and count."""
    answer, publisher = status(json.dumps(body).encode())

    assert answer in {202, 400, 422}
    assert (answer == 202) == bool(publisher.events)
    assert sum(map(len, counted(publisher).values())) >= 0
    for day in counted(publisher):
        assert 1990 <= day.year < 2100


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_door(body: bytes) -> None:
    """The same for what is no JSON."""
    assert status(body)[0] in {202, 400, 422}


def changed(**tokens: tuple[Secret, ...]) -> Tenancy:
    """The tenancy with other tokens."""
    tenants = [
        each.model_copy(update={"api_tokens": tokens.get(each.id, each.api_tokens)})
        for each in tenancy().tenants
    ]
    return Tenancy(tenants=tuple(tenants))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 23, "at least 24 bytes"),
        ("x" * 30 + " y", "letters, digits"),
        ("ひ" * 30, "letters, digits"),
        (TOKEN, "the same as a token of tenant acme"),
        ("", "no secret in"),
    ],
)
def test_a_token_that_cannot_be_one_is_named_and_not_shown(text: str, words: str) -> None:
    """The gateway does not open with a token that is short, cannot be sent, or is another company's too."""
    vault = SecretStore(SECRETS | {"GLOBEX": f"  {text}\n"}, Path())
    with pytest.raises(Misconfigured, match="tenant globex, api_token 1") as caught:
        resolve(tenancy(), vault, keys())

    assert words in str(caught.value)
    assert not text or text not in str(caught.value)


def test_a_token_may_come_later(tmp_path: Path) -> None:
    """An empty file waits for its token, and a change of it is looked for."""
    (tmp_path / "token").write_text("\n")
    held = changed(globex=(Secret(file="token"),))
    vault = SecretStore(SECRETS, tmp_path)
    before = resolve(held, vault, keys()).tokens
    (tmp_path / "token").write_text("globex-token-that-came-later\n")
    after = resolve(held, vault, keys()).tokens

    assert [each.tenant.id for each in before] == ["acme", "acme"]
    assert [each.tenant.id for each in after] == ["acme", "acme", "globex"]
    assert "token-that-came" not in repr(after)
    assert tmp_path / "token" in files(tmp_path / "hirelay.yaml", held)
