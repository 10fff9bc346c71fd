"""What a rotation of a company's person key changes in the log."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import Malformed
from schemas.kafka.topics import CANDIDATE_EVENTS, RELAY_LEDGER, Topic
from schemas.privacy.packs import events_of
from schemas.privacy.person_ids import PersonKeys
from schemas.privacy.references import JsonObject, Reference
from schemas.privacy.rekeying import Rekeying
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.kafka_access import KafkaAccess
from streams.configuration.secret_store import SecretStore
from streams.configuration.settings import Settings
from streams.ingest.connections import find_person_keys
from streams.ingest.spool.at_rest import read_at_rest
from streams.ingest.vendors import VENDORS
from streams.kafka import epochs as kafka_epochs
from streams.kafka.topic_reader import read_topic
from streams.tools.erasing.plan import compare_cells
from streams.tools.erasing.rewrite_log import Step

HASHING_SOURCES = tuple(f"urn:ats:{vendor.name}:" for vendor in VENDORS if vendor.hashes_candidates)


@dataclass
class RekeyPlan:
    """Every id that moves, and whether the cells stay equal; no quarantined delivery is dropped.

    `spooled` counts deliveries in the gateway's spool, None while the gateway has it open.
    """

    rekeying: Rekeying
    records: int = 0
    ledger_records: int = 0
    spooled: int | None = 0
    cells: int = 0
    changed_cells: int = 0
    dropped: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether everybody is known under the newest key."""
        return not (self.rekeying.events or self.ledger_records)

    def new_key(self, key: bytes | None) -> bytes | None:
        """Return the key of a record, which names the subject of its first event."""
        tenant, _, subject = (key or b"").decode("utf-8", "replace").partition("/")
        new = self.rekeying.new.get(Reference("candidate", subject))
        is_other = tenant != self.rekeying.tenant or new is None
        return key if is_other else f"{tenant}/{new}".encode()

    def new_event_record(self, value: bytes | None) -> bytes:
        """Return a record of `candidate-events` as it is written; one that nobody can read stays."""
        try:
            return self.rekeying.in_pack(value or b"")
        except ValueError:
            return value or b""

    def new_ledger_record(self, value: bytes) -> bytes:
        """Return a record of the relay's ledger as it is written."""
        return self.rekeying.in_ledger(value)

    def keeps_quarantined(self, _value: bytes) -> bool:
        """Whether a record of the quarantine stays: what is in it is hashed when it is replayed."""
        return True


def plan_rekeying(
    settings: Settings, tenant_id: str, environ: Mapping[str, str], step: Step
) -> RekeyPlan:
    """Return what would change; nothing is written. Raise Unavailable, Malformed and Misconfigured."""
    access = settings.kafka_access
    keys = _keys(settings, tenant_id, environ)
    rekeying = Rekeying(tenant_id, keys, _hashes_candidates)
    for record in _read(access, CANDIDATE_EVENTS, "who is known", step):
        for event in _events(record.value, tenant_id):
            rekeying.note(event)
    plan = RekeyPlan(rekeying)
    plan.records = _changed(access, CANDIDATE_EVENTS, plan.new_event_record, step)
    plan.ledger_records = _changed(access, RELAY_LEDGER, plan.new_ledger_record, step)
    spool = read_at_rest(settings.gateway_spool_dir)
    plan.spooled = None if spool.in_use else spool.waiting + spool.damaged
    live = kafka_epochs.live_epoch(kafka_epochs.read(access))
    events = rekeying.events
    if live is not None:
        plan.cells, plan.changed_cells = compare_cells(access, plan, live.meaning)
    rekeying.events = events
    return plan


def _keys(settings: Settings, tenant_id: str, environ: Mapping[str, str]) -> PersonKeys:
    tenant = load_tenancy(settings.config).tenant(tenant_id)
    if tenant is None:
        raise Malformed("tenant", f"{tenant_id} is not configured")
    problems: list[str] = []
    keys = find_person_keys(tenant, SecretStore(environ, settings.config.parent), problems)
    if problems:
        raise Misconfigured("\n".join(["the keys cannot be read:", *problems]))
    return keys


def _hashes_candidates(event: JsonObject) -> bool:
    return str(event.get("source")).startswith(HASHING_SOURCES)


def _events(value: bytes | None, tenant: str) -> Iterable[JsonObject]:
    try:
        return events_of(value or b"", tenant)
    except ValueError:
        return ()  # nobody can read it, and nothing in it counts


def _changed(access: KafkaAccess, topic: Topic, rewrite: Any, step: Step) -> int:
    records = _read(access, topic, f"what would change in {topic.name}", step)
    return sum(rewrite(record.value) != record.value for record in records)


def _read(access: KafkaAccess, topic: Topic, name: str, step: Step) -> Iterator[Any]:
    for done, record in enumerate(read_topic(access, topic), start=1):
        step(name, done)
        yield record
