"""The costs API requires a token, accepts exact entries or refuses them, and counts repeated ones once."""

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
from schemas.tenants.mapping_snapshot import snapshot_mapping
from streams.configuration.files import Misconfigured
from streams.configuration.secret_store import SecretStore
from streams.configuration.settings import Settings
from streams.ingest import replay_guard
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import Configuration, resolve, watched_files
from streams.ingest.http.costs_route import EXAMPLE
from streams.ingest.http.server import create_app
from streams.ingest.kafka.publisher import encode
from streams.tools.verify.oracle import Oracle
from tests.fakes import ListPublisher, SetClock
from tests.ingest import gateways
from tests.vendors.folding import daily_totals

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
HIRE_FEE = {
    "cost_id": "h1",
    "kind": "agency_fee",
    "scope": "hire",
    "member": "a1",
    "amount": 900000,
    "from": "2026-04-20",
}
TOOL = {"cost_id": "t1", "kind": "tool", "scope": "company", "amount": "30000"}


def tenancy() -> Tenancy:
    """Acme with two tokens and yen, and Globex with one token and dollars."""
    (acme,) = gateways.tenancy().tenants
    keys_of = {"quarantine_key": Secret(env="QUARANTINE"), "person_key": Secret(env="PERSON")}
    globex = Tenant(
        id="globex", name="g", currency="USD", api_tokens=(Secret(env="GLOBEX"),), **keys_of
    )
    return Tenancy(tenants=(acme, globex))


def configuration(override: Tenancy | None = None) -> Configuration:
    """The resolved configuration of a tenancy."""
    return resolve(override or tenancy(), SecretStore(SECRETS, Path()), vendor_schemes())


@pytest.fixture
def publisher() -> ListPublisher:
    """A list in place of Kafka."""
    return ListPublisher()


@pytest.fixture
def clock() -> SetClock:
    """A clock at noon of 1 April in Tokyo."""
    return SetClock()


@pytest.fixture
async def client(publisher: ListPublisher, clock: SetClock) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the gateway."""
    app = create_app(Settings(gateway_body_bytes=50_000), configuration(), publisher, clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        yield sender


async def post(client: httpx.AsyncClient, *entries: Any, token: str = TOKEN) -> httpx.Response:
    """Post one entry bare, several as a list."""
    body = entries[0] if len(entries) == 1 else {"entries": entries}
    headers = {"Authorization": f"Bearer {token}"}
    return await client.post(PATH, content=json.dumps(body), headers=headers)


def daily_measures(publisher: ListPublisher) -> dict[date, dict[str, int]]:
    """The company-wide measures of the accepted events by local day."""
    oracle = Oracle()
    for offset, event in enumerate(publisher.events):
        oracle.add(offset, packs.encode([encode(event).body]))
    return daily_totals(oracle.cells(TenantRules(snapshot_mapping(tenancy()))))


def total_measures(publisher: ListPublisher) -> dict[str, int]:
    """The sum of each measure over all days."""
    sums: dict[str, int] = {}
    for tally in daily_measures(publisher).values():
        for measure, n in tally.items():
            sums[measure] = sums.get(measure, 0) + n
    return sums


async def test_a_cost_is_recorded(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """A year's contract is accepted, and its cost is spread evenly over the days."""
    response = await post(client, MEDIA)
    (event,) = publisher.events
    days = daily_measures(publisher)

    assert (response.status_code, response.json()) == (202, {"accepted": 1, "ids": [event.id]})
    assert (event.tenant, event.subject, event.ingestmode) == ("acme", "cost/c1", "api")
    assert event.source == "urn:ats:hirelay:acme:costs"
    assert (len(days), days[TODAY]) == (365, {"cost.media": 1000})


async def test_the_openapi_example_is_accepted(client: httpx.AsyncClient) -> None:
    """The documented example is accepted, and the documented schema lists its fields."""
    described = (await client.get("/openapi.json")).json()
    operation = described["paths"][PATH]["post"]
    content = operation["requestBody"]["content"]["application/json"]

    assert (await post(client, EXAMPLE)).status_code == 202
    assert (await post(client, *content["example"]["entries"])).status_code == 202
    assert set(content["schema"]["anyOf"][0]["properties"]) >= {*MEDIA, "at", "reversed"}
    assert operation["security"] == [{"HTTPBearer": []}]


async def test_requests_without_a_valid_token_are_refused(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """A missing, wrong, differently encoded or repeated token gets one answer, which reveals nothing."""
    good = f"Bearer {TOKEN}"
    header_sets: list[list[tuple[str, str]]] = [
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
        await client.post(PATH, content=json.dumps(MEDIA), headers=headers)
        for headers in header_sets
    ]

    assert {response.status_code for response in answers} == {401}
    assert {response.headers["WWW-Authenticate"] for response in answers} == {"Bearer"}
    assert (
        len({(response.json()["error"], response.json()["message"]) for response in answers}) == 1
    )
    assert publisher.events == []


async def test_every_active_token_is_accepted(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """During a rotation the old and the new token are valid, and a repeated cost keeps its id."""
    answers = [
        await post(client, MEDIA, token=gateways.ENVIRON[n]) for n in ("TOKEN", "NEXT_TOKEN")
    ]

    assert [response.status_code for response in answers] == [202, 202]
    assert len({event.id for event in publisher.events}) == 1


async def test_the_token_identifies_the_tenant(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """The same entry of two tenants is two costs, each in the tenant's currency."""
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
    """Too many wrong tokens get 429 for the rest of the hour, while a valid token is still accepted."""
    monkeypatch.setattr(replay_guard, "UNVERIFIED_PER_HOUR", 2)
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
    ({"cost_id": "\x1f"}, "cost_id"),
    ({"cost_id": "taro%40example.com"}, "cost_id"),
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
    ({"previous_member": "a1"}, "previous_member"),
    ({"scope": "hire", "version": 2}, "previous_member"),
    ({"scope": "hire", "version": 2, "previous_member": "taro@example.com"}, "previous_member"),
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


async def test_ids_and_names_are_clean(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """A cost has the id of its other spelling, and its channel is named as in webhooks."""
    member = "紹介 山田太郎 taro@example.com"
    response = await post(client, MEDIA | {"cost_id": " Ｃ\x1f１", "member": member})
    (event,) = publisher.events
    data: Any = event.data

    assert response.status_code == 202
    assert (event.subject, data.cost_id, data.member) == ("cost/C1", "C1", "紹介")


@pytest.mark.parametrize(("change", "field"), WRONG, ids=range(len(WRONG)))
async def test_an_invalid_entry_is_explained_and_refuses_all(
    client: httpx.AsyncClient, publisher: ListPublisher, change: dict[str, Any], field: str
) -> None:
    """One invalid entry refuses the whole request; the answer names the entry and the field and says what to do."""
    response = await post(client, TOOL, MEDIA | change)
    problems = response.json()["problems"]

    assert (response.status_code, publisher.events) == (422, [])
    assert [(problem["index"], problem["field"]) for problem in problems] == [(1, field)]
    assert len(problems[0]["message"]) > 10
    assert "taro" not in response.text


@pytest.mark.parametrize(
    "missing", ["cost_id", "kind", "scope", "member", "amount", "from"], ids=str
)
async def test_a_missing_field_is_named(client: httpx.AsyncClient, missing: str) -> None:
    """An entry without a required field is refused with the field's name."""
    response = await post(client, {name: v for name, v in MEDIA.items() if name != missing})
    (problem,) = response.json()["problems"]

    assert (response.status_code, problem["field"]) == (422, missing)
    assert problem["message"].startswith("missing")


async def test_all_problems_are_reported_at_once(client: httpx.AsyncClient) -> None:
    """A refusal lists every problem of every entry."""
    response = await post(client, {"kind": "x"}, MEDIA, 7, MEDIA | {"amount": "?", "version": 2})
    places = [(problem["index"], problem["field"]) for problem in response.json()["problems"]]

    assert places == [
        (0, "cost_id"),
        (0, "kind"),
        (0, "scope"),
        (0, "amount"),
        (2, ""),
        (3, "amount"),
    ]


async def test_a_version_appears_once_in_a_request(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """Two entries with the same cost and version are refused; different versions are accepted."""
    response = await post(client, MEDIA, MEDIA | {"amount": 1})
    both = await post(client, MEDIA, MEDIA | {"amount": 730000, "version": 2})

    assert (response.status_code, response.json()["problems"][0]["field"]) == (422, "version")
    assert (both.status_code, total_measures(publisher)) == (202, {"cost.media": 730000})


@pytest.mark.parametrize(
    "body",
    ["", "{", "nul", "[" * 40_000, '{"amount": NaN}', "1" * 9_000, b"\xff\xfe"],
    ids=range(7),
)
async def test_invalid_json_is_refused(client: httpx.AsyncClient, body: str | bytes) -> None:
    """A body that is not JSON gets 400."""
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
async def test_a_body_of_another_shape_is_refused(client: httpx.AsyncClient, body: Any) -> None:
    """A body must be one entry or a list of 1 to 500 entries."""
    response = await post(client, body)

    assert (response.status_code, response.json()["problems"][0]["index"]) == (422, None)


async def test_a_body_too_large_is_refused(client: httpx.AsyncClient) -> None:
    """A body over the webhook limit is refused."""
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
    """An amount in the currency's unit is stored in minor units without rounding."""
    more = {} if currency is None else {"currency": currency}
    response = await post(client, TOOL | more | {"amount": amount})

    assert (response.status_code, publisher.events[0].data.amount) == (202, minor)


async def test_numbers_are_parsed_exactly(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """A JSON number is not rounded by floating point."""
    body = json.dumps(TOOL | {"currency": "USD"}).replace('"30000"', "90071992547409.91")
    headers = {"Authorization": f"Bearer {TOKEN}"}
    await client.post(PATH, content=body, headers=headers)

    assert publisher.events[0].data.amount == 2**53 - 1


async def test_a_repeated_request_counts_once(
    client: httpx.AsyncClient, publisher: ListPublisher, clock: SetClock
) -> None:
    """A request repeated a day later is the same cost and stays on the first day."""
    first = await post(client, TOOL)
    clock.now += timedelta(days=1)
    again = await post(client, TOOL)

    assert first.json() == again.json()
    assert daily_measures(publisher) == {TODAY: {"cost.tool": 30000}}


async def test_broker_away(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """While Kafka is unavailable, requests get 503, and the same request is accepted later."""
    publisher.away = True
    away = await post(client, MEDIA)
    publisher.away = False

    assert (away.status_code, int(away.headers["Retry-After"]) > 0) == (503, True)
    assert (await post(client, MEDIA)).status_code == 202


async def test_a_correction_and_a_reversal(
    client: httpx.AsyncClient, publisher: ListPublisher, clock: SetClock
) -> None:
    """A higher version replaces a cost, a reversal removes it, and a still higher version counts again."""
    amounts = []
    for change in (
        {},
        {"amount": 40000, "version": 2},
        {"amount": 40000, "version": 2, "reversed": True},
        {"amount": 50000, "version": 3},
    ):
        clock.now += timedelta(minutes=1)
        assert (await post(client, TOOL | change)).status_code == 202
        amounts.append(total_measures(publisher).get("cost.tool", 0))

    assert amounts == [30000, 40000, 0, 50000]


async def test_the_latest_content_of_a_version_wins(
    client: httpx.AsyncClient, publisher: ListPublisher, clock: SetClock
) -> None:
    """If one version arrives twice with different content, the latest wins, and the first is not accepted again."""
    amounts = []
    for amount in (30000, 40000, 30000):
        clock.now += timedelta(minutes=1)
        await post(client, TOOL | {"amount": amount})
        amounts.append(total_measures(publisher)["cost.tool"])

    assert amounts == [30000, 40000, 40000]


async def test_a_cost_reaches_its_cells(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """Channels are normalized in width and spacing; job costs and costs without a period reach the right cells."""
    recorded = "2026-03-10T23:30:00+00:00"
    await post(
        client,
        MEDIA | {"member": "ＤＯＤＡ　 転職", "to": "2026-01-01"},
        TOOL | {"scope": "job", "member": 4012, "at": recorded},
        TOOL | {"cost_id": "usd", "currency": "USD", "from": "2026-04-10"},
    )
    oracle = Oracle()
    for offset, event in enumerate(publisher.events):
        oracle.add(offset, packs.encode([encode(event).body]))
    cells = oracle.cells(TenantRules(snapshot_mapping(tenancy())))
    counts = {
        (key.dimension, key.member, (date(1970, 1, 1) + timedelta(key.day)).isoformat(), *pair)
        for key, tally in cells.items()
        for pair in tally.items()
        if key.basis == "decision"
    }

    assert counts >= {
        ("channel", "DODA 転職", "2026-01-01", "cost.media", 365000),
        ("job", "4012", "2026-03-11", "cost.tool", 30000),
        ("channel", "unknown", "2026-03-11", "cost.tool", 30000),
        ("total", "all", "2026-04-10", "foreign_cost.USD.tool", 3000000),
    }
    assert [event.timequality for event in publisher.events] == ["received", "exact", "received"]


async def test_a_cost_of_a_hire_joins_its_application(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """The event goes to the application's history; the cost's own history is told, under one answered id."""
    response = await post(client, HIRE_FEE)
    fee, note = publisher.events

    assert response.json() == {"accepted": 1, "ids": [fee.id]}
    assert (fee.subject, note.subject) == ("a1", "cost/h1")
    assert (note.data.amount, note.data.moved_to) == (0, "a1")
    await post(client, HIRE_FEE)
    assert [event.id for event in publisher.events[2:]] == [fee.id, note.id]


async def test_a_cost_that_changes_its_scope_counts_once(
    client: httpx.AsyncClient, publisher: ListPublisher, clock: SetClock
) -> None:
    """From a channel to one application, to another, and back to the channel: one amount at every step."""
    channel = HIRE_FEE | {"scope": "channel", "member": "doda"}
    amounts = []
    for change in (
        channel,
        {"version": 2, "previous_member": "a1"},
        {"version": 3, "member": "a2", "previous_member": "a1"},
        channel | {"version": 4, "previous_member": "a2"},
    ):
        clock.now += timedelta(minutes=1)
        assert (await post(client, HIRE_FEE | change)).status_code == 202
        amounts.append(total_measures(publisher).get("cost.agency_fee", 0))

    assert amounts == [900000] * 4


async def test_a_cost_that_was_not_released_stays_with_its_application(
    client: httpx.AsyncClient, publisher: ListPublisher, clock: SetClock
) -> None:
    """A version that leaves the application unsaid counts once the cost of the application is reversed."""
    amounts = []
    company = {"scope": "company", "member": None, "amount": 500000, "version": 2}
    for change in ({}, company, {"reversed": True}):
        clock.now += timedelta(minutes=1)
        assert (await post(client, HIRE_FEE | change)).status_code == 202
        amounts.append(total_measures(publisher).get("cost.agency_fee", 0))

    assert amounts == [900000, 900000, 500000]


async def test_metrics_do_not_name_tenants(client: httpx.AsyncClient) -> None:
    """Metrics count accepted and refused requests by closed-set labels."""
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
    """The status and the published events for a body posted with a valid token."""
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
@given(
    st.one_of(
        ENTRIES, JSON, st.lists(ENTRIES, max_size=3).map(lambda entries: {"entries": entries})
    )
)
def test_no_body_breaks_the_gateway(body: Any) -> None:
    """Any JSON is accepted or refused; the worker can read and count accepted entries."""
    answer, publisher = status(json.dumps(body).encode())

    assert answer in {202, 400, 422}
    assert (answer == 202) == bool(publisher.events)
    assert sum(map(len, daily_measures(publisher).values())) >= 0
    for day in daily_measures(publisher):
        assert 1990 <= day.year < 2100


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_gateway(body: bytes) -> None:
    """Any bytes are accepted or refused."""
    assert status(body)[0] in {202, 400, 422}


def changed(**tokens: tuple[Secret, ...]) -> Tenancy:
    """The tenancy with different tokens."""
    tenants = [
        tenant.model_copy(update={"api_tokens": tokens.get(tenant.id, tenant.api_tokens)})
        for tenant in tenancy().tenants
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
def test_an_invalid_token_is_reported_but_not_printed(text: str, words: str) -> None:
    """The gateway does not start with a token that is too short, cannot be sent, or belongs to another tenant too."""
    store = SecretStore(SECRETS | {"GLOBEX": f"  {text}\n"}, Path())
    with pytest.raises(Misconfigured, match="tenant globex, api_token 1") as caught:
        resolve(tenancy(), store, vendor_schemes())

    assert words in str(caught.value)
    assert not text or text not in str(caught.value)


def test_a_token_may_come_later(tmp_path: Path) -> None:
    """A token file may be empty at first, and it is watched for changes."""
    (tmp_path / "token").write_text("\n")
    configured = changed(globex=(Secret(file="token"),))
    store = SecretStore(SECRETS, tmp_path)
    before = resolve(configured, store, vendor_schemes()).tokens
    (tmp_path / "token").write_text("globex-token-that-came-later\n")
    after = resolve(configured, store, vendor_schemes()).tokens

    assert [token.tenant.id for token in before] == ["acme", "acme"]
    assert [token.tenant.id for token in after] == ["acme", "acme", "globex"]
    assert "token-that-came" not in repr(after)
    assert tmp_path / "token" in watched_files(tmp_path / "hirelay.yaml", configured)
