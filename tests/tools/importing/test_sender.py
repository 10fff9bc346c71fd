"""Batches go through the real gateway: signed, within its size limit, retried, and resumed after an interruption."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.envelope import short_type
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.tools.importing import sender as sending
from streams.tools.importing.batches import EventBatch, batches
from streams.tools.importing.connection import ImportTarget
from streams.tools.importing.dates import parse_instant
from streams.tools.importing.events import Fact, RowEvent
from streams.tools.importing.journal import Journal, journal_path
from streams.tools.importing.sender import GatewayReply, Sender
from streams.tools.importing.source import ImportSource
from tests.fakes import NOON, ListPublisher, SetClock
from tests.ingest import gateways
from tests.tools.importing.samples import events_of, identity_columns, open_sample

FIELDS = ("application_id", "applied_at")
LIMIT = 4_000
ADDRESS = f"http://gateway{gateways.STANDARD}"
OPEN = ImportTarget(address=ADDRESS, url=ADDRESS, secret=gateways.ENVIRON["STANDARD"])


def applications_table(folder: Path, count: int = 40) -> ImportSource:
    """A table with that many applications."""
    rows = "".join(f"a-{n},2026-04-01 10:{n % 60:02}\n" for n in range(count))
    return open_sample(
        folder, f"{','.join(FIELDS)}\n{rows}", kind="applications", **identity_columns(*FIELDS)
    )


def batches_of(import_source: ImportSource, max_bytes: int = LIMIT) -> list[EventBatch]:
    """Its events in batches."""
    return list(batches(events_of(import_source), import_source.mode, max_bytes))


@dataclass
class Gateway:
    """The real gateway application in this process; records every post."""

    publisher: ListPublisher = field(default_factory=ListPublisher)
    posts: list[bytes] = field(default_factory=list)
    fail_after: int | None = None

    def __post_init__(self) -> None:
        """Create the application."""
        settings = Settings(gateway_body_bytes=LIMIT)
        app = create_app(settings, gateways.configuration(), self.publisher, SetClock())
        self._transport = httpx.ASGITransport(app)

    async def post(self, body: bytes, headers: dict[str, str]) -> GatewayReply:
        """Send one request; after `fail_after` requests the connection is cut."""
        if self.fail_after is not None and len(self.posts) >= self.fail_after:
            return GatewayReply(status=404, message="cut off")
        self.posts.append(body)
        async with httpx.AsyncClient(transport=self._transport) as sender:
            answer = await sender.post(OPEN.url, content=body, headers=headers)
        return sending.parse_reply(answer.status_code, dict(answer.headers), answer.content)

    def sender(self, journal: Journal) -> Sender:
        """A sender to this gateway."""
        return Sender(target=OPEN, post=self.post, journal=journal, clock=SetClock())


def skip_pauses(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]) -> list[float]:
    """Record the pauses between attempts, and do something instead of waiting."""
    seconds: list[float] = []
    wait = asyncio.sleep

    async def skip(delay: float) -> None:
        if delay:
            seconds.append(delay)
            meanwhile()
        await wait(0)

    monkeypatch.setattr(asyncio, "sleep", skip)
    return seconds


async def test_all_events_arrive_unchanged(tmp_path: Path) -> None:
    """Every application is accepted once, marked as imported from a table, with the time of its event."""
    gateway, import_source = Gateway(), applications_table(tmp_path)
    sent = await gateway.sender(Journal(tmp_path / "journal")).send(batches_of(import_source))
    accepted = gateway.publisher.events

    assert (sent.events, sent.set_aside, sent.failure) == (40, 0, "")
    assert sorted(event.subject for event in accepted) == sorted(f"a-{n}" for n in range(40))
    assert {short_type(event.type) for event in accepted} == {"application.created"}
    assert {(event.ingestmode, event.timequality, event.tenant) for event in accepted} == {
        ("csv", "exact", "acme")
    }
    assert {event.time for event in accepted} == {event.at for event in events_of(import_source)}
    assert {event.recordedtime for event in accepted} == {NOON}


async def test_a_repeated_import_keeps_event_ids(tmp_path: Path) -> None:
    """When a file is sent twice, every event keeps its id and counts once."""
    gateway, work = Gateway(), batches_of(applications_table(tmp_path))
    journal = Journal(tmp_path / "journal")
    await gateway.sender(journal).send(work)
    first = {event.id for event in gateway.publisher.events}
    journal.clear()
    await gateway.sender(journal).send(work)

    assert len(gateway.publisher.events) == 80
    assert {event.id for event in gateway.publisher.events} == first


async def test_an_unavailable_gateway_is_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a 503 the same batch is retried once the requested pause is over."""
    gateway = Gateway(publisher=ListPublisher(away=True))
    pauses = skip_pauses(monkeypatch, lambda: setattr(gateway.publisher, "away", False))
    sent = await gateway.sender(Journal(tmp_path / "journal")).send(
        batches_of(applications_table(tmp_path))
    )

    assert sent.retries > 0
    assert set(pauses) == {10.0}
    assert len(gateway.publisher.events) == 40


async def test_pauses_grow_without_a_response(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unreachable gateway is retried for minutes; then the import reports how to continue."""

    async def nobody(_body: bytes, _headers: dict[str, str]) -> GatewayReply:
        return GatewayReply(status=0)

    pauses = skip_pauses(monkeypatch, lambda: None)
    sender = Gateway().sender(Journal(tmp_path / "journal"))
    sender.post = nobody
    sent = await sender.send(batches_of(applications_table(tmp_path, 1)))

    assert "stopped accepting batches (no response)" in sent.failure
    assert len(pauses) == sending.MAX_ATTEMPTS - 1
    for pause, shortest in zip(pauses, (0.5, 1.0, 2.0), strict=False):
        assert shortest <= pause <= shortest + 0.5
    assert max(pauses) == sending.MAX_PAUSE_S


async def test_an_interrupted_import_resumes(tmp_path: Path) -> None:
    """A resumed import skips confirmed batches and sends the rest exactly once."""
    work, path = batches_of(applications_table(tmp_path)), tmp_path / "journal"
    broken = Gateway(fail_after=2)
    first = await broken.sender(Journal(path)).send(work)
    whole = Gateway(publisher=broken.publisher)
    second = await whole.sender(Journal(path)).send(work)

    assert "cut off" in first.failure
    assert len(broken.posts) == 2
    assert second.already_confirmed == first.events > 0
    assert second.events == 40 - first.events
    assert len(broken.publisher.events) == 40


async def test_a_wrong_secret_is_reported_without_retry(tmp_path: Path) -> None:
    """A 401 is not retried; the gateway's own message says what to compare."""
    gateway = Gateway()
    sender = gateway.sender(Journal(tmp_path / "journal"))
    sender.target = ImportTarget(address=ADDRESS, url=ADDRESS, secret="whsec_" + "QUJD" * 8)
    sent = await sender.send(batches_of(applications_table(tmp_path)))

    assert sent.failure.startswith(
        "the gateway refused a batch (401): The address or the signature"
    )
    assert gateway.publisher.events == []


async def test_quarantined_events_are_reported(tmp_path: Path) -> None:
    """Events in quarantine are not reported as accepted."""
    gateway = Gateway()
    (batch,) = batches_of(applications_table(tmp_path, 2))
    spoilt = batch.body.replace(b'"a-1"', b'""')
    sent = await gateway.sender(Journal(tmp_path / "j")).send([EventBatch(body=spoilt, events=2)])

    assert (sent.events, sent.set_aside) == (1, 1)
    assert "application.id" in sent.quarantine_message


def test_a_truncated_journal_line_confirms_nothing(tmp_path: Path) -> None:
    """A truncated journal line confirms no batch, and the journal stays readable."""
    one, two = batches_of(applications_table(tmp_path, 30))[:2]
    path = tmp_path / "imports" / "journal"
    Journal(path).confirm(one)
    with path.open("a") as file:
        file.write(two.digest[:20])
    torn = Journal(path)

    assert (torn.is_confirmed(one), torn.is_confirmed(two)) == (True, False)
    torn.confirm(two)
    assert Journal(path).is_confirmed(two)


def test_the_journal_depends_on_content_and_connection(tmp_path: Path) -> None:
    """A corrected file, or another connection, gets a new journal."""
    path = tmp_path / "t.csv"
    path.write_text("a")
    beside, within = (
        journal_path((path,), "c", None),
        journal_path((path,), "c", tmp_path / "state"),
    )
    path.write_text("b")

    assert beside.parent == tmp_path and beside.name.startswith("t.csv.")
    assert within.parent == tmp_path / "state" / "imports"
    assert journal_path((path,), "c", None) != beside
    assert journal_path((path,), "d", None) != journal_path((path,), "c", None)


SIZES = st.lists(st.integers(0, 300), min_size=1, max_size=60)


@given(SIZES, st.integers(700, 3_000))
def test_no_body_exceeds_the_limit(sizes: list[int], largest: int) -> None:
    """No batch exceeds the gateway's limit and no event is lost, whatever the event sizes."""
    when = parse_instant("2026-04-01", UTC)
    events = [
        RowEvent(
            line=n,
            kind="test",
            fact=Fact(type="application.created", when=when, entity=f"a-{n}", slot="created"),
            at=NOON,
            data='{"x":"' + "x" * size + '"}',
        )
        for n, size in enumerate(sizes)
    ]
    packed = list(batches(events, "csv", largest))

    assert all(len(batch.body) <= largest for batch in packed)
    assert sum(batch.events for batch in packed) == len(events)


def test_no_batch_has_more_than_500_events(tmp_path: Path) -> None:
    """A batch has at most 500 events."""
    packed = batches_of(applications_table(tmp_path, 1_001), 2_000_000)

    assert [batch.events for batch in packed] == [500, 500, 1]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({"Retry-After": "7"}, 7.0), ({"retry-after": "soon"}, None), ({}, None)],
)
def test_responses_of_a_proxy_are_parsed(headers: dict[str, str], expected: float | None) -> None:
    """Responses of a proxy are parsed; only a number of seconds is taken as a pause."""
    reply = sending.parse_reply(429, headers, b"<html>busy</html>")

    assert (reply.status, reply.retry_after, reply.accepted) == (429, expected, 0)
