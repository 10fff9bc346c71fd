"""Batches go through the real gateway: signed, within its limit, again when it asks for that, and once after a break."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.envelope import short
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.tools.importing import sender as sending
from streams.tools.importing.batches import EventBatch, batches
from streams.tools.importing.connection import ImportTarget
from streams.tools.importing.events import RowEvent
from streams.tools.importing.journal import Journal, place
from streams.tools.importing.sender import GatewayReply, Sender
from streams.tools.importing.source import ImportSource
from tests.fakes import NOON, ListPublisher, SetClock
from tests.ingest import gateways
from tests.tools.importing.samples import opened, same, told

FIELDS = ("application_id", "applied_at")
LIMIT = 4_000
ADDRESS = f"http://gateway{gateways.STANDARD}"
OPEN = ImportTarget(address=ADDRESS, url=ADDRESS, secret=gateways.ENVIRON["STANDARD"])


def many(folder: Path, count: int = 40) -> ImportSource:
    """A table of so many applications."""
    rows = "".join(f"a-{n},2026-04-01 10:{n % 60:02}\n" for n in range(count))
    return opened(folder, f"{','.join(FIELDS)}\n{rows}", kind="applications", **same(*FIELDS))


def packed(found: ImportSource, largest: int = LIMIT) -> list[EventBatch]:
    """Its events in bodies."""
    return list(batches(told(found), found.mode, largest))


@dataclass
class Gateway:
    """The real application in this process; every post and every pause is written down."""

    publisher: ListPublisher = field(default_factory=ListPublisher)
    posts: list[bytes] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    fail_after: int | None = None

    def __post_init__(self) -> None:
        """Open it."""
        settings = Settings(gateway_body_bytes=LIMIT)
        app = create_app(settings, gateways.configuration(), self.publisher, SetClock())
        self._transport = httpx.ASGITransport(app)

    async def post(self, body: bytes, headers: dict[str, str]) -> GatewayReply:
        """One request; after `fail_after` of them the line is cut."""
        if self.fail_after is not None and len(self.posts) >= self.fail_after:
            return GatewayReply(status=404, message="cut off")
        self.posts.append(body)
        async with httpx.AsyncClient(transport=self._transport) as sender:
            answer = await sender.post(OPEN.url, content=body, headers=headers)
        return sending.reply(answer.status_code, dict(answer.headers), answer.content)

    def sender(self, journal: Journal) -> Sender:
        """A sender to it, whose pauses take no time."""
        return Sender(
            door=OPEN, post=self.post, journal=journal, clock=SetClock(), sleep=self._pause()
        )

    def _pause(self) -> Callable[[float], Awaitable[None]]:
        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            self.publisher.away = False

        return pause


async def test_all_events_arrive_as_they_were_told(tmp_path: Path) -> None:
    """Every application is accepted once, marked as imported from a table, at the time it happened."""
    gateway, found = Gateway(), many(tmp_path)
    sent = await gateway.sender(Journal(tmp_path / "journal")).send(packed(found))
    accepted = gateway.publisher.events

    assert (sent.events, sent.set_aside, sent.failure) == (40, 0, "")
    assert sorted(each.subject for each in accepted) == sorted(f"a-{n}" for n in range(40))
    assert {short(each.type) for each in accepted} == {"application.created"}
    assert {(each.ingestmode, each.timequality, each.tenant) for each in accepted} == {
        ("csv", "exact", "acme")
    }
    assert {each.time for each in accepted} == {each.at for each in told(found)}
    assert {each.recordedtime for each in accepted} == {NOON}


async def test_the_gateway_knows_a_repeated_import_by_its_ids(tmp_path: Path) -> None:
    """Sent twice, every event has the id it had before, so that it counts once."""
    gateway, work = Gateway(), packed(many(tmp_path))
    journal = Journal(tmp_path / "journal")
    await gateway.sender(journal).send(work)
    first = {each.id for each in gateway.publisher.events}
    journal.forget()
    await gateway.sender(journal).send(work)

    assert len(gateway.publisher.events) == 80
    assert {each.id for each in gateway.publisher.events} == first


async def test_a_gateway_that_is_away_is_asked_again(tmp_path: Path) -> None:
    """503 is no failure: after the pause that the gateway asked for the same batch is welcome."""
    gateway = Gateway(publisher=ListPublisher(away=True))
    sent = await gateway.sender(Journal(tmp_path / "journal")).send(packed(many(tmp_path)))

    assert sent.repeated > 0
    assert set(gateway.pauses) == {10.0}
    assert len(gateway.publisher.events) == 40


async def test_pauses_grow_where_nobody_answers(tmp_path: Path) -> None:
    """A gateway that cannot be reached is tried for minutes, and then the import says how to go on."""

    async def nobody(_body: bytes, _headers: dict[str, str]) -> GatewayReply:
        return GatewayReply(status=0)

    gateway = Gateway()
    sender = gateway.sender(Journal(tmp_path / "journal"))
    sender.post = nobody
    sent = await sender.send(packed(many(tmp_path, 1)))

    assert "took no batch any more (no answer)" in sent.failure
    assert gateway.pauses[:3] == [0.5, 1.0, 2.0]
    assert max(gateway.pauses) == sending.LONGEST_PAUSE_S


async def test_an_import_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    """What was confirmed is not sent again; the rest is, and in the end everything is there once."""
    work, path = packed(many(tmp_path)), tmp_path / "journal"
    broken = Gateway(fail_after=2)
    first = await broken.sender(Journal(path)).send(work)
    whole = Gateway(publisher=broken.publisher)
    second = await whole.sender(Journal(path)).send(work)

    assert "cut off" in first.failure
    assert len(broken.posts) == 2
    assert second.before == first.events > 0
    assert second.events == 40 - first.events
    assert len(broken.publisher.events) == 40


async def test_a_wrong_secret_is_said_at_once(tmp_path: Path) -> None:
    """401 is not tried again: the gateway's own sentence says what to compare."""
    gateway = Gateway()
    sender = gateway.sender(Journal(tmp_path / "journal"))
    sender.door = ImportTarget(address=ADDRESS, url=ADDRESS, secret="whsec_" + "QUJD" * 8)
    sent = await sender.send(packed(many(tmp_path)))

    assert sent.failure.startswith("the gateway refused a batch (401): The signature does not")
    assert gateway.publisher.events == []


async def test_what_the_gateway_sets_aside_is_said(tmp_path: Path) -> None:
    """Success is not claimed for an event that waits in quarantine."""
    gateway = Gateway()
    (batch,) = packed(many(tmp_path, 2))
    spoilt = batch.body.replace(b'"a-1"', b'""')
    sent = await gateway.sender(Journal(tmp_path / "j")).send([EventBatch(body=spoilt, events=2)])

    assert (sent.events, sent.set_aside) == (1, 1)
    assert "application.id" in sent.said


def test_a_line_that_a_crash_cut_short_confirms_nothing(tmp_path: Path) -> None:
    """The batch is sent again rather than lost, and the journal stays readable."""
    one, two = packed(many(tmp_path, 30))[:2]
    path = tmp_path / "imports" / "journal"
    Journal(path).confirm(one)
    with path.open("a") as file:
        file.write(two.name[:20])
    torn = Journal(path)

    assert (torn.holds(one), torn.holds(two)) == (True, False)
    torn.confirm(two)
    assert Journal(path).holds(two)


def test_the_journal_is_one_of_this_content_and_connection(tmp_path: Path) -> None:
    """A corrected file begins anew, and so does the same file through another connection."""
    path = tmp_path / "t.csv"
    path.write_text("a")
    beside, within = place(path, "c", None), place(path, "c", tmp_path / "state")
    path.write_text("b")

    assert beside.parent == tmp_path and beside.name.startswith("t.csv.")
    assert within.parent == tmp_path / "state" / "imports"
    assert place(path, "c", None) != beside
    assert place(path, "d", None) != place(path, "c", None)


SIZES = st.lists(st.integers(0, 300), min_size=1, max_size=60)


@given(SIZES, st.integers(700, 3_000))
def test_no_body_is_ever_above_the_limit(sizes: list[int], largest: int) -> None:
    """Whatever the events weigh, no batch is larger than the gateway takes, and none is lost."""
    events = [
        RowEvent(
            line=n,
            type="application.created",
            id=f"{n:032}",
            source="urn:hirelay:import:test",
            at=NOON,
            assumed=False,
            data='{"x":"' + "x" * size + '"}',
        )
        for n, size in enumerate(sizes)
    ]
    found = list(batches(events, "csv", largest))

    assert all(len(each.body) <= largest for each in found)
    assert sum(each.events for each in found) == len(events)


def test_no_batch_has_more_than_500_events(tmp_path: Path) -> None:
    """The gateway takes 500 events at a time."""
    found = packed(many(tmp_path, 1_001), 2_000_000)

    assert [each.events for each in found] == [500, 500, 1]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({"Retry-After": "7"}, 7.0), ({"retry-after": "soon"}, None), ({}, None)],
)
def test_answers_of_whatever_stands_before_the_gateway(
    headers: dict[str, str], expected: float | None
) -> None:
    """A proxy answers in its own words; only a number of seconds is a pause."""
    found = sending.reply(429, headers, b"<html>busy</html>")

    assert (found.status, found.retry_after, found.accepted) == (429, expected, 0)
