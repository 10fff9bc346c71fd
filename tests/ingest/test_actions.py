"""The actions API requires a token, accepts actions on the tenant's own breaches, and counts each once."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerting.actions import ACTIONS, BreachAction, action_id, deduplicate
from streams.configuration.settings import Settings
from streams.ingest.actions import path_of
from streams.ingest.http.actions_route import EXAMPLE
from streams.ingest.http.server import create_app
from tests.fakes import NOON, ListPublisher, SetBreaches, SetClock
from tests.ingest.test_costs import FIELDS as COST_FIELDS
from tests.ingest.test_costs import JSON, SECRETS, TOKEN, configuration

OURS, THEIRS = "0123456789abcdef", "fedcba9876543210"
PATH = path_of(OURS)
SENDERS = {"acme": TOKEN, "globex": SECRETS["GLOBEX"]}


@pytest.fixture
def publisher() -> ListPublisher:
    """A list in place of Kafka."""
    return ListPublisher()


@pytest.fixture
def clock() -> SetClock:
    """A clock at noon of 1 April in Tokyo."""
    return SetClock()


@pytest.fixture
def breaches() -> SetBreaches:
    """One breach of each tenant."""
    return SetBreaches({("acme", OURS), ("globex", THEIRS)})


def sender(publisher: ListPublisher, clock: SetClock, breaches: SetBreaches) -> httpx.AsyncClient:
    """An HTTP client of a new gateway."""
    gateway_settings = Settings(gateway_body_bytes=50_000)
    app = create_app(gateway_settings, configuration(), publisher, clock, breaches=breaches)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://gateway")


@pytest.fixture
async def client(
    publisher: ListPublisher, clock: SetClock, breaches: SetBreaches
) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the gateway."""
    async with sender(publisher, clock, breaches) as opened_client:
        yield opened_client


async def post(
    client: httpx.AsyncClient, body: Any, breach: str = OURS, tenant: str = "acme"
) -> httpx.Response:
    """Post one action as a tenant."""
    headers = {"Authorization": f"Bearer {SENDERS[tenant]}"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post(path_of(breach), content=content, headers=headers)


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_action_is_recorded(
    client: httpx.AsyncClient, publisher: ListPublisher, action: str
) -> None:
    """A recorded action holds tenant, breach, action and time, and nothing else."""
    response = await post(client, {"action": action})
    (recorded,) = publisher.actions

    assert response.status_code == 202
    assert response.json() == {
        "accepted": 1,
        "ids": [recorded.id],
        "breach": OURS,
        "action": action,
    }
    assert (recorded.tenant, recorded.breach, recorded.action) == ("acme", OURS, action)
    assert (recorded.at, recorded.recorded) == (NOON, NOON)
    assert publisher.events == []


async def test_the_audit_log_says_which_token_acted(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """An action that was recorded is audited with its address; a refused one is not."""
    await post(client, {"action": "done"})
    await post(client, {"action": "dine"})

    (record,) = publisher.audit
    assert (record.tenant, record.by, record.action) == ("acme", "an API token", "acted")
    assert record.subject == PATH


async def test_the_time_of_an_action_may_be_given(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """An instant with an offset is stored as the same instant."""
    await post(client, {"action": "done", "at": "2026-03-31T18:30:00+09:00"})

    assert publisher.actions[0].at == datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
    assert publisher.actions[0].recorded == NOON


async def test_the_openapi_example_is_accepted(client: httpx.AsyncClient, clock: SetClock) -> None:
    """The documented example is accepted, and the documented schema lists its fields."""
    clock.now += timedelta(days=1)
    described = (await client.get("/openapi.json")).json()
    operation = described["paths"]["/v1/breaches/{breach}/actions"]["post"]
    content = operation["requestBody"]["content"]["application/json"]

    assert (await post(client, EXAMPLE)).status_code == 202
    assert content["example"] == EXAMPLE
    assert set(content["schema"]["properties"]) == {"action", "at", "key"}
    assert operation["security"] == [{"HTTPBearer": []}]


async def test_the_same_action_twice_is_one(
    client: httpx.AsyncClient, publisher: ListPublisher, clock: SetClock
) -> None:
    """A repeated request gets the id of the first, which wins; another key is another action."""
    for key in (None, None, "second", "second"):
        await post(client, {"action": "accepted", **({} if key is None else {"key": key})})
        clock.now += timedelta(hours=1)
    effective = deduplicate(publisher.actions)

    assert [action.at for action in effective] == [NOON, NOON + timedelta(hours=2)]
    assert len({action.id for action in publisher.actions}) == 2


async def test_the_key_of_the_sender_is_not_stored(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """The sender's key could contain anything, so only its hash is stored."""
    await post(client, {"action": "done", "key": "ticket-4711"})

    assert "4711" not in publisher.actions[0].model_dump_json()


async def test_requests_without_a_valid_token_are_refused(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """A missing, wrong or differently encoded token gets one answer, which does not reveal whether a breach exists."""
    header_sets = [{}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": f"Bearer {TOKEN}x"}]
    paths = [PATH, path_of("0" * 16)]
    answers = [
        await client.post(path, content=b'{"action": "done"}', headers=headers)
        for headers in header_sets
        for path in paths
    ]

    assert {response.status_code for response in answers} == {401}
    assert {response.headers["WWW-Authenticate"] for response in answers} == {"Bearer"}
    assert publisher.actions == []


@pytest.mark.parametrize("breach", [THEIRS, "0" * 16, "doda", OURS.upper(), OURS[:8], "%E5%AA%92"])
async def test_only_own_breaches_exist(
    client: httpx.AsyncClient, publisher: ListPublisher, breach: str
) -> None:
    """Another tenant's breach, an unknown one and an invalid id get the same answer."""
    response = await post(client, {"action": "done"}, breach)

    assert (response.status_code, response.json()["error"]) == (404, "no_such_breach")
    assert publisher.actions == []
    assert (await post(client, {"action": "done"}, THEIRS, "globex")).status_code == 202


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        ({"action": "aksepted"}, "unknown_action", "did you mean `accepted`?"),
        ({"action": "Done"}, "unknown_action", "did you mean `done`?"),
        ({"action": "taro"}, "unknown_action", "known: accepted, done, ignored"),
        ({"action": 7}, "unknown_action", "known: accepted, done, ignored"),
        ({"action": ["done"]}, "unknown_action", "not a known value"),
        ({}, "invalid_action", "`action` is missing"),
        ({"action": "done", "kye": "x"}, "invalid_action", "did you mean `key`?"),
        ({"action": "done", "comment": "taro said so"}, "invalid_action", "is not a field"),
        ({"action": "done", "key": ""}, "invalid_action", "`key` cannot be used"),
        ({"action": "done", "key": "taro@example.com"}, "invalid_action", "`key` cannot be used"),
        ({"action": "done", "key": "called taro"}, "invalid_action", "`key` cannot be used"),
        ({"action": "done", "key": "x\n"}, "invalid_action", "`key` cannot be used"),
        ({"action": "done", "key": 7}, "invalid_action", "`key` cannot be used"),
        ({"action": "done", "at": "2026-04-01T12:00:01+09:00"}, "invalid_action", "future"),
        ({"action": "done", "at": "2026-04-01"}, "invalid_action", "`at` cannot be used"),
        ({"action": "done", "at": "2026-04-01T09:00:00"}, "invalid_action", "`at` cannot"),
        ({"action": "done", "at": "2026-02-30T09:00:00Z"}, "invalid_action", "`at` cannot"),
        ({"action": "done", "at": "1989-02-20T09:00:00Z"}, "invalid_action", "`at` cannot"),
        ({"action": "done", "at": "0001-01-01T00:00:00+14:00"}, "invalid_action", "`at` cannot"),
        ({"action": "done", "at": 1775012400}, "invalid_action", "`at` cannot be used"),
        ([], "invalid_action", "send an object"),
        ("done", "invalid_action", "send an object"),
        (b"{", "not_json", "not JSON"),
        (b'{"action": NaN}', "not_json", "not JSON"),
        (b"[" * 40_000, "not_json", "not JSON"),
    ],
    ids=range(25),
)
async def test_an_invalid_action_is_explained_and_refused(
    client: httpx.AsyncClient, publisher: ListPublisher, body: Any, error: str, says: str
) -> None:
    """A refusal says what to write instead and never repeats what was sent."""
    response = await post(client, body)
    content = response.json()

    assert (response.status_code, content["error"]) == (400, error)
    assert says in content["message"]
    assert "taro" not in response.text
    assert publisher.actions == []


async def test_a_body_too_large_is_refused(client: httpx.AsyncClient) -> None:
    """A body over the webhook limit is refused."""
    assert (await post(client, {"action": "x" * 50_000})).status_code == 413


@pytest.mark.parametrize("away", ["publisher", "breaches"])
async def test_requests_get_503_while_kafka_is_unavailable(
    client: httpx.AsyncClient, publisher: ListPublisher, breaches: SetBreaches, away: str
) -> None:
    """While Kafka is unavailable, requests get 503, not 404, and the same request is accepted later."""
    dependency = {"publisher": publisher, "breaches": breaches}[away]
    dependency.away = True
    response = await post(client, {"action": "done"})
    dependency.away = False

    assert (response.status_code, int(response.headers["Retry-After"]) > 0) == (503, True)
    assert (await post(client, {"action": "done"})).status_code == 202


async def test_metrics_do_not_name_tenants(client: httpx.AsyncClient) -> None:
    """Metrics count accepted and refused requests by closed-set labels; an action is not a hiring event."""
    await post(client, {"action": "done"})
    await post(client, {"action": "aksepted"})
    await post(client, {"action": "done"}, "0" * 16)
    metrics = (await client.get("/metrics")).text

    assert 'hirelay_gateway_deliveries_total{outcome="accepted",vendor="hirelay"} 1.0' in metrics
    assert 'hirelay_gateway_deliveries_total{outcome="refused",vendor="hirelay"} 2.0' in metrics
    assert 'hirelay_gateway_refused_total{reason="unknown_action"} 1.0' in metrics
    assert 'hirelay_gateway_refused_total{reason="no_such_breach"} 1.0' in metrics
    assert 'hirelay_gateway_events_total{vendor="hirelay"} 0.0' in metrics
    own = [line for line in metrics.splitlines() if line.startswith("hirelay_gateway")]
    assert "acme" not in "\n".join(own) and OURS not in metrics


FIELDS = st.sampled_from(["action", "at", "key", "Action", ""]) | COST_FIELDS
LIKELY = st.sampled_from(
    [
        *(*ACTIONS, "", "DONE", "2026-04-01T00:00:00Z", "0001-01-01T00:00:00+14:00"),
        *(
            "9999-12-31T23:59:59-14:00",
            "2026-04-01T00:00:60Z",
            "２０２６-04-01T00:00:00Z",
            "k",
            "@",
        ),
        *("\ud800", "a" * 101, 10**400, 1e308, None, True),
    ]
)
BODIES = st.builds(
    lambda change: {"action": "done"} | change, st.dictionaries(FIELDS, LIKELY | JSON, max_size=3)
)


@settings(max_examples=250, deadline=None)
@given(BODIES | JSON)
def test_no_body_breaks_the_gateway(body: Any) -> None:
    """Any JSON is accepted or refused; accepted actions are readable from the topic."""
    publisher = ListPublisher()

    async def answered() -> int:
        breaches = SetBreaches({("acme", OURS)})
        async with sender(publisher, SetClock(), breaches) as client:
            return (await post(client, body)).status_code

    status = asyncio.run(answered())

    assert status in {202, 400}
    assert (status == 202) == bool(publisher.actions)
    for action in publisher.actions:
        assert BreachAction.model_validate_json(action.model_dump_json()) == action
        assert action.at <= action.recorded and action.at.year >= 1990


texts = st.text(max_size=20)
BEGIN, END = datetime(1990, 1, 1), datetime(2099, 1, 1)  # noqa: DTZ001 - the zone is drawn separately
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(BEGIN, END, timezones=offsets)  # as in RFC 3339
actions = st.builds(
    lambda tenant, breach, action, key, at: BreachAction(
        id=action_id(tenant, breach, action, key),
        tenant=tenant,
        breach=breach,
        action=action,
        at=at,
        recorded=at,
    ),
    st.sampled_from(["acme", "globex"]),
    st.sampled_from([OURS, THEIRS]),
    st.sampled_from(ACTIONS),
    st.sampled_from(["", "a", "b"]),
    moments,
)


@given(actions)
def test_a_record_survives_a_json_round_trip(action: BreachAction) -> None:
    """A record is unchanged after a JSON round trip, to the microsecond."""
    assert BreachAction.model_validate_json(action.model_dump_json()) == action


@given(st.lists(actions, max_size=8), st.data())
def test_repeats_change_nothing(recorded: list[BreachAction], data: st.DataObject) -> None:
    """Repeated records change nothing: the first record of each action wins."""
    again = data.draw(st.lists(st.sampled_from(recorded), max_size=8)) if recorded else []
    effective = deduplicate([*recorded, *again])

    assert effective == deduplicate(recorded)
    assert len({action.id for action in effective}) == len(effective)


@given(st.lists(st.tuples(texts, texts, st.sampled_from(ACTIONS), texts), unique=True, max_size=6))
def test_different_actions_have_different_ids(parts: list[tuple[str, str, str, str]]) -> None:
    """Tenant, breach, action and key determine the id."""
    plain = [fields for fields in parts if not any("\x1f" in part for part in fields)]

    assert len({action_id(*fields) for fields in plain}) == len(plain)
