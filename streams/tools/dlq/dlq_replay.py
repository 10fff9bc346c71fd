"""`hirelay dlq replay` and `drop`: let deliveries that were set aside count after a repair, or let go of them for good."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from schemas.errors import Condition, Unavailable
from schemas.events import packs
from schemas.events.envelope import Event
from schemas.kafka.quarantine import SetAside
from streams.configuration.settings import Settings
from streams.ingest.connections import Configuration
from streams.ingest.http.server import publisher_of
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.metrics import GatewayMetrics
from streams.ingest.quarantine.reprocess import reopened, retold
from streams.ingest.replay_guard import ReplayGuard
from streams.tools.dlq.entries import Quarantine, StoredEntry

BROKER_S, LOOK_S = 15.0, 0.05


@dataclass(frozen=True, kw_only=True)
class EntryOutcome:
    """What a replay made of one entry: its events, or why it stays."""

    kept: StoredEntry
    events: tuple[Event, ...] = ()
    pack: tuple[bytes, bytes] | None = None
    resolution: str = ""
    stays: str = ""

    @property
    def answered(self) -> SetAside:
        """The entry as it is written back."""
        if self.stays and not self.events:
            return self.kept.entry
        said = {"resolution": self.resolution[:500]}
        if self.stays:
            rest = {"detail": self.stays[:500], "part": True}
            return self.kept.entry.model_copy(update=said | rest)
        return self.kept.entry.model_copy(update=said | {"state": "replayed"})


def judged(
    kept: StoredEntry, configuration: Configuration, quarantine: Quarantine, trust: ReplayGuard
) -> EntryOutcome:
    """What a replay would do now; nothing is written."""
    entry = kept.entry
    try:
        if entry.rawref is not None:
            return _repacked(kept, quarantine)
        told = retold(entry, reopened(entry, configuration), trust)
    except Condition as why:
        return EntryOutcome(kept=kept, stays=f"{why.reason}: {why.detail}")
    kinds = ", ".join(dict.fromkeys(event.vendorevent or event.type for event in told.events))
    n = len(told.events)
    said = [f"{n} event{'s' if n > 1 else ''} of {kinds}"] if n else []
    said += [f"{what}: {reason}" for what, reason in told.ignored]
    faults = "; ".join(f"{fault.reason}: {fault.detail}" for fault in told.faults)
    return EntryOutcome(
        kept=kept,
        events=told.events,
        resolution="; ".join(said) or "a test of the vendor",
        stays=faults,
    )


def _repacked(kept: StoredEntry, quarantine: Quarantine) -> EntryOutcome:
    """A record that a worker could not read is offered again when this version can."""
    key, value = quarantine.record(kept.entry.rawref or "")
    pack = packs.read(value)
    said = f"a record of {len(pack.events)} events"
    return EntryOutcome(kept=kept, pack=(key, value or b""), resolution=said)


def replay(
    settings: Settings,
    configuration: Configuration,
    chosen: Sequence[StoredEntry],
    progress: Callable[[], None] = lambda: None,
) -> list[EntryOutcome]:
    """Let every chosen entry that is understood now count, once: its events keep the ids they would have had.

    Each is marked when Kafka has its events; a replay that is cut off may be repeated. Raises Unavailable.
    """
    return asyncio.run(_replay(settings, configuration, chosen, progress))


async def _replay(
    settings: Settings,
    configuration: Configuration,
    chosen: Sequence[StoredEntry],
    progress: Callable[[], None],
) -> list[EntryOutcome]:
    quarantine, trust = Quarantine(settings.kafka), ReplayGuard()
    publisher = publisher_of(settings, GatewayMetrics())
    await publisher.start()
    outcomes = []
    try:
        await _ready(publisher)
        for kept in chosen:
            outcome = await asyncio.to_thread(judged, kept, configuration, quarantine, trust)
            await publisher.accept(outcome.events)
            if outcome.pack is not None:
                place = kept.entry.rawref or ""
                await asyncio.to_thread(quarantine.repeat, place, *outcome.pack)
            if outcome.answered != kept.entry:
                await asyncio.to_thread(quarantine.answer, [(kept, outcome.answered)])
            outcomes.append(outcome)
            progress()
    finally:
        await publisher.stop()
    return outcomes


async def _ready(publisher: Publisher) -> None:
    for _ in range(round(BROKER_S / LOOK_S)):
        if publisher.ready():
            return
        await asyncio.sleep(LOOK_S)
    raise Unavailable("kafka", "the broker does not answer")


def drop(settings: Settings, chosen: Sequence[StoredEntry], because: str) -> None:
    """Mark entries as let go of, with the reason; their bytes stay until Kafka's retention ends. Raises Unavailable."""
    changed = {"state": "dropped", "resolution": because}
    answers = [(kept, kept.entry.model_copy(update=changed)) for kept in chosen]
    Quarantine(settings.kafka).answer(answers)
