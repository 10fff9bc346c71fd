"""What was done about a breach is posted by who holds a token, about a breach of his own, and counts once."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.alerting.actions import ACTIONS, BreachAction, identity, standing
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
    """Noon of the first of April in Tokyo."""
    return SetClock()


@pytest.fixture
def breaches() -> SetBreaches:
    """One breach of either company."""
    return SetBreaches({("acme", OURS), ("globex", THEIRS)})


def sender(publisher: ListPublisher, clock: SetClock, breaches: SetBreaches) -> httpx.AsyncClient:
    """Somebody who posts."""
    given = Settings(gateway_body_bytes=50_000)
    app = create_app(given, configuration(), publisher, clock, breaches=breaches)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://gateway")


@pytest.fixture
async def client(
    publisher: ListPublisher, clock: SetClock, breaches: SetBreaches
) -> AsyncIterator[httpx.AsyncClient]:
    """A sender."""
    async with sender(publisher, clock, breaches) as made:
        yield made


async def post(
    client: httpx.AsyncClient, body: Any, breach: str = OURS, tenant: str = "acme"
) -> httpx.Response:
    """One action, told by a company."""
    headers = {"Authorization": f"Bearer {SENDERS[tenant]}"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post(path_of(breach), content=content, headers=headers)


@pytest.mark.parametrize("action", ACTIONS)
async def test_an_action_is_recorded(
    client: httpx.AsyncClient, publisher: ListPublisher, action: str
) -> None:
    """It is answered once it is kept: whose, of which breach, which and when; nothing else."""
    response = await post(client, {"action": action})
    (kept,) = publisher.actions

    assert response.status_code == 202
    assert response.json() == {"accepted": 1, "ids": [kept.id], "breach": OURS, "action": action}
    assert (kept.tenant, kept.breach, kept.action) == ("acme", OURS, action)
    assert (kept.at, kept.recorded) == (NOON, NOON)
    assert publisher.events == []


async def test_when_it_was_done_may_be_said(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """An instant with its offset; what is kept is the same instant."""
    await post(client, {"action": "done", "at": "2026-03-31T18:30:00+09:00"})

    assert publisher.actions[0].at == datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
    assert publisher.actions[0].recorded == NOON


async def test_the_example_of_the_description_is_accepted(
    client: httpx.AsyncClient, clock: SetClock
) -> None:
    """What the documentation shows is right, and it is shown with its fields."""
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
    """A repeated request has the id of the first, and the first stands; another key is another action."""
    for key in (None, None, "second", "second"):
        await post(client, {"action": "accepted", **({} if key is None else {"key": key})})
        clock.now += timedelta(hours=1)
    found = standing(publisher.actions)

    assert [each.at for each in found] == [NOON, NOON + timedelta(hours=2)]
    assert len({each.id for each in publisher.actions}) == 2


async def test_the_key_of_the_sender_is_not_kept(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """It could hold anything, so only what it comes to is kept."""
    await post(client, {"action": "done", "key": "ticket-4711"})

    assert "4711" not in publisher.actions[0].model_dump_json()


async def test_without_a_token_nobody_is_heard(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """Missing, wrong or of another scheme: one answer, which tells nothing, also not whether there is such a breach."""
    given = [{}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": f"Bearer {TOKEN}x"}]
    paths = [PATH, path_of("0" * 16)]
    answers = [
        await client.post(path, content=b'{"action": "done"}', headers=headers)
        for headers in given
        for path in paths
    ]

    assert {each.status_code for each in answers} == {401}
    assert {each.headers["WWW-Authenticate"] for each in answers} == {"Bearer"}
    assert publisher.actions == []


@pytest.mark.parametrize("breach", [THEIRS, "0" * 16, "doda", OURS.upper(), OURS[:8], "%E5%AA%92"])
async def test_only_ones_own_breaches_are_there(
    client: httpx.AsyncClient, publisher: ListPublisher, breach: str
) -> None:
    """A breach of another company, one that never was, and what can be no id are answered alike."""
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
        ({"action": ["done"]}, "unknown_action", "no known one"),
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
async def test_what_is_wrong_is_said_and_nothing_is_taken(
    client: httpx.AsyncClient, publisher: ListPublisher, body: Any, error: str, says: str
) -> None:
    """With what to write instead, and without what was written."""
    response = await post(client, body)
    told = response.json()

    assert (response.status_code, told["error"]) == (400, error)
    assert says in told["message"]
    assert "taro" not in response.text
    assert publisher.actions == []


async def test_a_body_too_large_is_refused(client: httpx.AsyncClient) -> None:
    """The limit is that of webhooks."""
    assert (await post(client, {"action": "x" * 50_000})).status_code == 413


@pytest.mark.parametrize("away", ["publisher", "breaches"])
async def test_while_kafka_is_away_nothing_is_promised(
    client: httpx.AsyncClient, publisher: ListPublisher, breaches: SetBreaches, away: str
) -> None:
    """The same request is welcome later; a breach that cannot be looked up is not said to be none."""
    held = {"publisher": publisher, "breaches": breaches}[away]
    held.away = True
    response = await post(client, {"action": "done"})
    held.away = False

    assert (response.status_code, int(response.headers["Retry-After"]) > 0) == (503, True)
    assert (await post(client, {"action": "done"})).status_code == 202


async def test_metrics_name_no_company(client: httpx.AsyncClient) -> None:
    """Operators see how many were taken and refused, by closed-set words; an action is no event of hiring."""
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
def test_no_body_breaks_the_door(body: Any) -> None:
    """Whatever JSON is sent is taken or refused; what is taken can be read by whoever reads the topic."""
    publisher = ListPublisher()

    async def answered() -> int:
        known = SetBreaches({("acme", OURS)})
        async with sender(publisher, SetClock(), known) as client:
            return (await post(client, body)).status_code

    status = asyncio.run(answered())

    assert status in {202, 400}
    assert (status == 202) == bool(publisher.actions)
    for each in publisher.actions:
        assert BreachAction.model_validate_json(each.model_dump_json()) == each
        assert each.at <= each.recorded and each.at.year >= 1990


texts = st.text(max_size=20)
BEGIN, END = datetime(1990, 1, 1), datetime(2099, 1, 1)  # noqa: DTZ001 - the zone is drawn apart
offsets = st.integers(-14 * 60, 14 * 60).map(lambda each: timezone(timedelta(minutes=each)))
moments = st.datetimes(BEGIN, END, timezones=offsets)  # as RFC 3339 has them
actions = st.builds(
    lambda tenant, breach, action, key, at: BreachAction(
        id=identity(tenant, breach, action, key),
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
def test_a_record_comes_back_as_it_was_written(action: BreachAction) -> None:
    """Through JSON and back it is the same, to the microsecond."""
    assert BreachAction.model_validate_json(action.model_dump_json()) == action


@given(st.lists(actions, max_size=8), st.data())
def test_repeats_change_nothing(told: list[BreachAction], data: st.DataObject) -> None:
    """However often and whenever any of them is told again, the same actions stand, each as it was told first."""
    again = data.draw(st.lists(st.sampled_from(told), max_size=8)) if told else []
    found = standing([*told, *again])

    assert found == standing(told)
    assert len({each.id for each in found}) == len(found)


@given(st.lists(st.tuples(texts, texts, st.sampled_from(ACTIONS), texts), unique=True, max_size=6))
def test_what_differs_has_another_id(parts: list[tuple[str, str, str, str]]) -> None:
    """Company, breach, action and key tell actions apart."""
    plain = [each for each in parts if not any("\x1f" in part for part in each)]

    assert len({identity(*each) for each in plain}) == len(plain)
