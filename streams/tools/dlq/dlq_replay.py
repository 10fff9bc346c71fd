"""`hirelay dlq replay` and `drop`: accept quarantined deliveries after a fix, or drop them for good."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.errors import Condition, Unavailable
from schemas.events import packs
from schemas.events.envelope import Event
from schemas.kafka.quarantine import QuarantineEntry
from streams.configuration.settings import Settings
from streams.ingest.connections import Configuration
from streams.ingest.http.server import make_publisher
from streams.ingest.kafka.publisher import Publisher, encode
from streams.ingest.metrics import GatewayMetrics
from streams.ingest.quarantine.reprocess import restore_request, retranslate
from streams.ingest.replay_guard import ReplayGuard
from streams.tools.dlq.entries import Quarantine, StoredEntry

BROKER_TIMEOUT_S, POLL_S = 15.0, 0.05


@dataclass(frozen=True, kw_only=True)
class EntryOutcome:
    """The result of replaying one entry: its events, or why it remains in quarantine."""

    stored: StoredEntry
    events: tuple[Event, ...] = ()
    pack: tuple[bytes, bytes] | None = None
    resolution: str = ""
    failure: str = ""

    @property
    def updated_entry(self) -> QuarantineEntry:
        """The entry as it is written back."""
        if self.failure and not self.events:
            return self.stored.entry
        update = {"resolution": self.resolution[:500]}
        if self.failure:
            partial = {"detail": self.failure[:500], "part": True}
            return self.stored.entry.model_copy(update=update | partial)
        return self.stored.entry.model_copy(update=update | {"state": "replayed"})


def evaluate(
    stored: StoredEntry,
    configuration: Configuration,
    quarantine: Quarantine,
    replay_guard: ReplayGuard,
) -> EntryOutcome:
    """Return what a replay would do now; nothing is written."""
    now = datetime.now(UTC)
    entry = stored.entry
    try:
        if entry.rawref is not None:
            return _evaluate_record(stored, quarantine)
        translated = retranslate(entry, restore_request(entry, configuration), replay_guard, now)
    except Condition as error:
        return EntryOutcome(stored=stored, failure=f"{error.reason}: {error.detail}")
    event_types = ", ".join(
        dict.fromkeys(event.vendorevent or event.type for event in translated.events)
    )
    n = len(translated.events)
    parts = [f"{n} event{'s' if n > 1 else ''} of {event_types}"] if n else []
    parts += [f"{what}: {reason}" for what, reason in translated.ignored]
    failure = "; ".join(f"{fault.reason}: {fault.detail}" for fault in translated.faults)
    return EntryOutcome(
        stored=stored,
        events=translated.events,
        resolution="; ".join(parts) or "a test of the vendor",
        failure=failure,
    )


def _evaluate_record(stored: StoredEntry, quarantine: Quarantine) -> EntryOutcome:
    """Evaluate a record that a worker could not read; it is written again when this version can read it."""
    key, value = quarantine.read_record(stored.entry.rawref or "")
    pack = packs.decode_pack(value)
    resolution = f"a record of {len(pack.events)} events"
    return EntryOutcome(stored=stored, pack=(key, value or b""), resolution=resolution)


def replay(
    settings: Settings,
    configuration: Configuration,
    entries: Sequence[StoredEntry],
    progress: Callable[[], None] = lambda: None,
) -> list[EntryOutcome]:
    """Replay every entry that is understood now, exactly once: its events keep the ids they would have had.

    An entry is marked once Kafka has its events; an interrupted replay may be repeated. Raises Unavailable.
    """
    return asyncio.run(_replay(settings, configuration, entries, progress))


async def _replay(
    settings: Settings,
    configuration: Configuration,
    entries: Sequence[StoredEntry],
    progress: Callable[[], None],
) -> list[EntryOutcome]:
    quarantine, replay_guard = Quarantine(settings.kafka_access), ReplayGuard()
    publisher = make_publisher(settings, GatewayMetrics())
    await publisher.start()
    outcomes = []
    try:
        await _wait_until_ready(publisher)
        for stored in entries:
            outcome = await asyncio.to_thread(
                evaluate, stored, configuration, quarantine, replay_guard
            )
            await publisher.publish([encode(event) for event in outcome.events])
            if outcome.pack is not None:
                position = stored.entry.rawref or ""
                await asyncio.to_thread(quarantine.resend, position, *outcome.pack)
            if outcome.updated_entry != stored.entry:
                await asyncio.to_thread(quarantine.update, [(stored, outcome.updated_entry)])
            outcomes.append(outcome)
            progress()
    finally:
        await publisher.stop()
    return outcomes


async def _wait_until_ready(publisher: Publisher) -> None:
    for _ in range(round(BROKER_TIMEOUT_S / POLL_S)):
        if publisher.ready():
            return
        await asyncio.sleep(POLL_S)
    raise Unavailable("kafka", "the broker does not answer")


def drop(settings: Settings, entries: Sequence[StoredEntry], reason: str) -> None:
    """Mark entries as dropped, with the reason; their bytes stay until Kafka's retention ends. Raises Unavailable."""
    update = {"state": "dropped", "resolution": reason}
    updates = [(stored, stored.entry.model_copy(update=update)) for stored in entries]
    Quarantine(settings.kafka_access).update(updates)
