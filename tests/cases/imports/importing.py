"""Imports tables as `hirelay import` does, through the gateway's HTTP application, and counts what comes of them."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from schemas.cells import DECISION, TOTAL, Cells
from schemas.events import packs
from schemas.events.envelope import Event, short_type
from schemas.funnel.conversion import to_funnel_event
from schemas.funnel.funnel_events import FunnelEvent
from schemas.funnel.rules import TenantRules
from schemas.instants import local_today
from schemas.tenants.config import Connection, Secret, StageRule, Tenancy, Tenant, WebhookSecret
from schemas.tenants.mapping_snapshot import snapshot_mapping
from streams.configuration.secret_store import SecretStore
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import resolve
from streams.ingest.http.server import create_app
from streams.ingest.kafka.publisher import encode
from streams.tools.importing import run, stage_rules
from streams.tools.importing.arrival import StoredFacts
from streams.tools.importing.batches import EventBatch, batches
from streams.tools.importing.connection import ImportTarget
from streams.tools.importing.journal import Journal
from streams.tools.importing.kpi_changes import EarlierEvents, ImportingCompany, KpiChanges
from streams.tools.importing.plan import PlanOptions, open_plan
from streams.tools.importing.report import ImportReport
from streams.tools.importing.run import ImportRequest, ImportRun
from streams.tools.importing.sender import Sender, http_post
from streams.tools.importing.settling.stored import Lookup, StoredEntity, StoredFact
from streams.tools.importing.source import ImportSource
from streams.tools.verify.independent.log import Log
from streams.tools.verify.independent.reading import count
from streams.tools.verify.oracle import Oracle
from tests.fakes import ListPublisher, SetClock
from tests.ingest.gateways import ENVIRON

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
ADDRESS = "http://gateway/hooks/standard/history"
LIMIT = 2_000_000


@dataclass
class ImportedCompany:
    """A company with one connection; it keeps what the gateway accepted, and compares with `archive` if there is one."""

    stages: tuple[StageRule, ...] = ()
    publisher: ListPublisher = field(default_factory=ListPublisher)
    now: datetime = NOW
    archive: Lookup | None = None
    name: str = "company"
    prefix: str = ""
    kpis: KpiChanges = field(init=False)
    earlier: EarlierEvents | None = None

    def __post_init__(self) -> None:
        """Configure the company and its gateway."""
        connection = Connection(
            id="history",
            vendor="standard",
            id_prefix=self.prefix,
            secrets=(WebhookSecret(env="STANDARD"),),
            stages=self.stages,
        )
        self.tenant = Tenant(
            id=self.name,
            name=self.name,
            quarantine_key=Secret(env="QUARANTINE"),
            person_key=Secret(env="PERSON"),
            connections=(connection,),
        )
        self.tenancy = Tenancy(tenants=(self.tenant,))
        configuration = resolve(self.tenancy, SecretStore(ENVIRON, Path()), vendor_schemes())
        self.app = create_app(Settings(), configuration, self.publisher, SetClock(NOW))

    def import_files(
        self, paths: Sequence[Path], maps: Sequence[Path] = (), *, apply: bool = True
    ) -> tuple[ImportReport, tuple[ImportSource, ...]]:
        """Import the files in one run; every run is a minute after the one before."""
        self.now += timedelta(minutes=1)
        request = ImportRequest(paths=tuple(paths), connection="history", maps=tuple(maps))
        (connection,) = self.tenant.connections
        sources = run.open_sources(request, self.tenant, connection, self.now)
        zone = ZoneInfo(self.tenant.timezone)
        options = PlanOptions(
            now=self.now, max_bytes=LIMIT, zone=zone, pipeline=stage_rules.pipeline(connection)
        )
        facts = StoredFacts(
            tenant=self.name, connection="history", lookup=self.archive or self.lookup
        )
        with (
            tempfile.TemporaryDirectory() as folder,
            open_plan(sources, options, Path(folder)) as plan,
        ):
            self.kpis = self.new_kpi_changes()
            importing = ImportRun(
                id=f"import-{self.now:%H%M}",
                now=self.now,
                plan=plan,
                stored=facts,
                kpis=self.kpis,
            )
            report = run.summarize(importing)
            events = list(importing.events())
        if apply:
            self.send(importing.id, batches(events, importing.mode, LIMIT))
        return report, sources

    def new_kpi_changes(self) -> KpiChanges:
        """The changes of the company's KPIs, none yet."""
        rules = TenantRules(snapshot_mapping(self.tenancy)).for_tenant(self.name)
        company = ImportingCompany(
            tenant=self.name,
            connection="history",
            rules=rules,
            today=local_today(self.now, self.tenant.timezone),
        )
        return KpiChanges(company=company, earlier=self.earlier or self._earlier)

    def _earlier(self, entities: Sequence[str]) -> dict[str, list[FunnelEvent]]:
        """The accepted events of the entities, as ClickHouse would say them."""
        histories: dict[str, list[FunnelEvent]] = {}
        for offset, record in enumerate(self.records()):
            for packed in packs.decode_events(record):
                event = to_funnel_event(packed, offset)
                if event is not None and packed.subject in entities:
                    histories.setdefault(packed.subject, []).append(event)
        return histories

    def company_sums(self) -> dict[str, int]:
        """The sums of the whole company over all days, by decision."""
        sums: Counter[str] = Counter()
        for key, tally in self.cells().items():
            if (key.dimension, key.basis) == (TOTAL, DECISION):
                sums.update(tally)
        return sums

    def send(self, name: str, packed: Iterable[EventBatch]) -> None:
        """Send the batches of a run of that name."""
        asyncio.run(self._send(name, packed))

    async def _send(self, name: str, packed: Iterable[EventBatch]) -> None:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            with tempfile.TemporaryDirectory() as folder:
                sender = Sender(
                    target=ImportTarget(address=ADDRESS, url=ADDRESS, secret=ENVIRON["STANDARD"]),
                    post=http_post(client, ADDRESS),
                    journal=Journal(Path(folder) / "journal"),
                    run=name,
                    clock=lambda: NOW,
                )
                result = await sender.send(packed)
        assert not result.failure, result.failure
        assert not result.set_aside, result.quarantine_message

    def lookup(self, entities: Sequence[str]) -> dict[str, StoredEntity]:
        """What the gateway accepted before, as ClickHouse would say it."""
        stored: dict[str, StoredEntity] = {}
        for entity in entities:
            own = [event for event in self.publisher.events if event.subject == entity]
            if own:
                stored[entity] = _stored(own)
        return stored

    def records(self) -> list[bytes]:
        """What the gateway wrote to Kafka, one record per event."""
        return [packs.encode([encode(event).body]) for event in self.publisher.events]

    def cells(self) -> Cells:
        """All cells of the company."""
        oracle = Oracle()
        for offset, record in enumerate(self.records()):
            oracle.add(offset, record)
        return oracle.cells(TenantRules(snapshot_mapping(self.tenancy)))

    def cells_by_reading(self) -> Cells:
        """The same cells by the independent reading."""
        log = Log()
        for offset, record in enumerate(self.records()):
            log.add(offset, record)
        mapping = snapshot_mapping(self.tenancy).tenants[self.name]
        cells: Cells = {}
        for (tenant, _), events in log.stories():
            for key, tally in count(events, tenant, mapping).items():
                sums = cells.setdefault(key, {})
                for measure, n in tally.items():
                    sums[measure] = sums.get(measure, 0) + n
        return cells


def _stored(events: list[Event]) -> StoredEntity:
    latest: dict[str, tuple[datetime, Event]] = {}
    for event in events:
        log_id = getattr(event.data, "log_id", None)
        if log_id is not None:
            application = getattr(event.data, "application", None)
            revision = getattr(application or event.data, "revision", None)
            revision = revision or datetime.min.replace(tzinfo=UTC)
            if log_id not in latest or latest[log_id][0] <= revision:
                latest[log_id] = (revision, event)
    facts = {
        log_id: StoredFact(
            log_id=log_id,
            type=short_type(event.type),
            time=event.time,
            content=event.correlationid or "",
            retracted=bool(getattr(event.data, "retracted", False)),
            delivery=event.deliveryid or "",
        )
        for log_id, (_, event) in latest.items()
    }
    told = {"application.created", "application.stage_changed"}
    return StoredEntity(
        facts=facts, is_application=any(short_type(event.type) in told for event in events)
    )
