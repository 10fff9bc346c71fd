"""Every door of the gateway cleans alike, sets aside what it cannot clean, and accepts the rest of the delivery."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.ingest.quarantine.reprocess import restore_request, retranslate
from streams.ingest.replay_guard import ReplayGuard
from tests.fakes import NOON, ListPublisher, SetClock
from tests.ingest import gateways

ADDRESS = "taro@example.jp"
REFERRED = f"紹介 山田太郎 {ADDRESS}"
BATCH = "application/cloudevents-batch+json"
MOVE = Path(__file__).parents[1] / "vendors/greenhouse/candidate_stage_change.json"


@pytest.fixture
def publisher() -> ListPublisher:
    """A list in place of Kafka."""
    return ListPublisher()


@pytest.fixture
async def client(publisher: ListPublisher) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the gateway."""
    app = create_app(Settings(), gateways.configuration(), publisher, SetClock())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        yield sender


def cloud_event(
    number: int, time: str = "2026-04-01T09:00:00+09:00", **data: Any
) -> dict[str, Any]:
    """A CloudEvent that an application was created."""
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": "https://hr.example.com",
        "type": "application.created",
        "time": time,
        "data": {"application": {"id": f"a-{number}"}, **data},
    }


async def post_batch(client: httpx.AsyncClient, *events: dict[str, Any]) -> dict[str, Any]:
    """The answer to a batch."""
    body = json.dumps(events).encode()
    headers = gateways.standard_signed(body, content_type=BATCH)
    response = await client.post(gateways.STANDARD, content=body, headers=headers)
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_batch_counts_without_what_is_set_aside(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """Two addresses as ids and a wrong year are quarantined with their reasons; the others of the batch count."""
    answer = await post_batch(
        client,
        cloud_event(1, owners={"recruiter_id": ADDRESS}),
        cloud_event(2, owners={"recruiter_id": ADDRESS}),
        cloud_event(3, "2062-04-01T09:00:00+09:00"),
        cloud_event(4, channel={"id": REFERRED}),
        cloud_event(5, channel={"id": "@cosme"}),
    )
    channels = [event.data.channel.id for event in publisher.events]  # type: ignore[attr-defined]

    assert (answer["accepted"], answer["quarantined"], channels) == (
        2,
        "address_in_id",
        ["紹介", "@cosme"],
    )
    assert "owners.recruiter_id looks like an e-mail address" in answer["message"]
    assert "(2 times)" in answer["message"]
    assert "time is more than two days ahead" in answer["message"]
    assert "example" not in json.dumps(answer) + "".join(
        event.model_dump_json() for event in publisher.events
    )
    assert [(entry.reason, entry.part) for entry in publisher.entries] == [("address_in_id", True)]


async def test_nothing_left_is_answered_with_all_reasons(client: httpx.AsyncClient) -> None:
    """A delivery of which nothing is accepted names every reason, not only the first."""
    answer = await post_batch(
        client,
        cloud_event(1, owners={"recruiter_id": ADDRESS}),
        cloud_event(2, channel={"id": ADDRESS}),
    )

    assert answer["accepted"] == 0
    assert "owners.recruiter_id" in answer["message"] and "channel.id" in answer["message"]


async def test_a_webhook_is_cleaned_like_any_event(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """A vendor's free texts lose personal data, and its ids are never addresses."""
    document = json.loads(MOVE.read_text())
    application = document["payload"]["application"]
    application["source"] = {"id": 1, "name": REFERRED, "public_name": REFERRED}
    application["current_stage"]["name"] = "一次面接\x00 090-1234-5678"
    body = json.dumps(document).encode()
    answer = await client.post(
        gateways.GREENHOUSE, content=body, headers=gateways.greenhouse_signed(body)
    )
    (event,) = publisher.events
    data: Any = event.data

    assert answer.json()["quarantined"] is None
    assert (data.channel.id, data.to_stage.name) == ("紹介", "一次面接")
    assert ADDRESS not in event.model_dump_json()


async def test_a_channel_has_one_name_at_all_doors(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """A medium's cost meets its applications, whichever door they came through."""
    await post_batch(client, cloud_event(1, channel={"id": "ﾋﾞｽﾞﾘｰﾁ"}))
    cost = {
        "cost_id": "c",
        "kind": "media",
        "scope": "channel",
        "member": "ビズ\u200bリーチ",
        "amount": 1,
    }
    token = {"Authorization": f"Bearer {gateways.ENVIRON['TOKEN']}"}
    answer = await client.post("/v1/costs", json=cost, headers=token)
    data: list[Any] = [event.data for event in publisher.events]

    assert answer.status_code == 202
    assert data[0].channel.id == data[1].member == "ビズリーチ"


async def test_what_lay_ahead_can_be_replayed(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """An event ahead of its arrival stays in quarantine until its time has come, and then keeps its id."""
    ahead = NOON + timedelta(days=30)
    await post_batch(client, cloud_event(1, ahead.isoformat()))
    (entry,) = publisher.entries
    request = restore_request(entry, gateways.configuration())

    with pytest.raises(Exception, match="future_time"):
        retranslate(entry, request, ReplayGuard(), NOON + timedelta(days=1))
    (event,) = retranslate(entry, request, ReplayGuard(), ahead).events
    assert (entry.reason, event.time, event.subject) == ("future_time", ahead, "a-1")
