"""What an erasure would change: the person's ids, their events, and quarantined deliveries that mention them."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import quote

from schemas.errors import Malformed
from schemas.funnel.rules import TenantRules
from schemas.kafka.quarantine import QuarantineEntry
from schemas.kafka.topics import CANDIDATE_EVENTS, QUARANTINE, RELAY_LEDGER
from schemas.privacy.expiry import LastEvents
from schemas.privacy.packs import empty_pack, events_of, record_of
from schemas.privacy.pseudonyms import PersonIds, Pseudonyms
from schemas.privacy.references import Reference
from schemas.tenants.mapping_snapshot import MappingSnapshot
from streams.configuration.kafka_access import KafkaAccess
from streams.ingest.connections import Configuration
from streams.ingest.quarantine.reprocess import restore_request
from streams.kafka.topic_reader import read_topic
from streams.tools.erasing.rewrite_log import LogRewriting, Step
from streams.tools.verify.comparison import compare
from streams.tools.verify.oracle import Oracle

_QUARANTINED = """
select id, vendorevent, detail, rawref, resolution
from v_quarantined
where tenant = {tenant:String}
"""


@dataclass
class ErasurePlan:
    """Everything that names the person, and whether the cells stay equal.

    `dropped` are the ids of quarantined deliveries, in Kafka or only in ClickHouse; `unreadable` counts those that no key of
    the tenant opens any more, whose bodies nobody can search; `spooled` deliveries that the gateway's spool holds, None while
    the gateway has it open.
    """

    person: PersonIds
    pseudonyms: Pseudonyms
    events: int = 0
    copies: int = 0
    records: int = 0
    ledger_records: int = 0
    dropped: list[str] = field(default_factory=list)
    unreadable: int = 0
    spooled: int | None = 0
    cells: int = 0
    changed_cells: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing names the person."""
        return not (self.events or self.ledger_records or self.dropped)

    def new_event_record(self, value: bytes | None) -> bytes:
        """Return a record of `candidate-events` as it is written; one that nobody can read and that names the person is emptied."""
        value = value or b""
        try:
            return self.pseudonyms.in_pack(value)
        except ValueError:
            return empty_pack() if self.mentions(value) else value

    def new_key(self, key: bytes | None) -> bytes | None:
        """Return the key of a record, which names the subject of its first event."""
        tenant, _, subject = (key or b"").decode("utf-8", "replace").partition("/")
        if tenant != self.person.tenant:
            return key
        kinds = ("application", "candidate", "registration", "invitation")
        named = (self.pseudonyms.new.get(Reference(kind, subject)) for kind in kinds)
        new = next((name for name in named if name is not None), None)
        return key if new is None else f"{tenant}/{new}".encode()

    def new_ledger_record(self, value: bytes) -> bytes:
        """Return a record of the relay's ledger as it is written."""
        return self.pseudonyms.in_ledger(value)

    def keeps_quarantined(self, value: bytes) -> bool:
        """Whether a record of the quarantine stays."""
        entry = _entry(value)
        return entry is None or entry.id not in self.dropped

    def mentions(self, text: bytes) -> bool:
        """Whether a text has an id of the candidate or of an application as a whole word."""
        return self._pattern.search(text) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[bytes]:
        ids = self.person.of_kind("candidate") + self.person.of_kind("application")
        words = b"|".join(re.escape(form) for id_ in ids for form in _written_forms(id_))
        return re.compile(rb"(?<![0-9A-Za-z_-])(?:" + words + rb")(?![0-9A-Za-z_-])")


def _written_forms(id_: str) -> set[bytes]:
    """Return an id as texts contain it: as it is, in JSON with escapes, and in a form or an address."""
    escaped = json.dumps(id_)[1:-1]
    return {id_.encode(), escaped.encode(), quote(id_, safe="").encode()}


def make_plan(
    access: KafkaAccess,
    ids: Iterable[Reference],
    tenant: str,
    key: bytes,
    step: Step = lambda _name, _done: None,
) -> ErasurePlan:
    """Read the events twice: first whom they connect, then what becomes of them. Raise Unavailable."""
    person = PersonIds(tenant, set(ids))
    for record in _read(access, "who is meant", step):
        for event in _events(record.value, tenant):
            person.note(event)
    for record in read_topic(access, RELAY_LEDGER):
        person.note_ledger(record_of(record.value, tenant))
    person.close()
    plan = ErasurePlan(person, Pseudonyms(person, key))
    for record in _read(access, "what would change", step):
        events = plan.pseudonyms.events
        value = plan.new_event_record(record.value)
        plan.records += value != record.value
        plan.copies += b'"forwarded":true' in value and plan.pseudonyms.events > events
    plan.events = plan.pseudonyms.events
    _plan_ledger(access, plan)
    return plan


def expired_ids(access: KafkaAccess, tenant: str, before: date, step: Step) -> set[Reference]:
    """Return the ids of everybody to whom nothing has happened since a day. Raise Unavailable."""
    last = LastEvents(tenant)
    for record in _read(access, "who has expired", step):
        for event in _events(record.value, tenant):
            last.note(event)
    for record in read_topic(access, RELAY_LEDGER):
        last.note_ledger(record_of(record.value, tenant))
    return last.expired(before.isoformat())


def compare_cells(
    access: KafkaAccess, plan: LogRewriting, mapping: MappingSnapshot
) -> tuple[int, int]:
    """Fold the events as they are and as they would be; return how many cells there are, and how many would differ."""
    before, after = Oracle(), Oracle()
    for record in read_topic(access, CANDIDATE_EVENTS):
        before.add(record.offset, record.value)
        after.add(record.offset, plan.new_event_record(record.value))
    rules = TenantRules(mapping)
    cells = before.cells(rules)
    return len(cells), len(compare("erasure", cells, after.cells(rules)))


def plan_quarantine(access: KafkaAccess, plan: ErasurePlan, configuration: Configuration) -> None:
    """Note the quarantined deliveries of the tenant that mention the person, in what was sent or in why it was refused."""
    dropped, unreadable = set[str](), set[str]()
    for record in read_topic(access, QUARANTINE):
        entry = _entry(record.value)
        if entry is None or entry.tenant != plan.person.tenant:
            continue
        if plan.mentions(record.value):
            dropped.add(entry.id)
        try:
            is_named = entry.sealed is not None and plan.mentions(_text(entry, configuration))
        except Malformed:
            unreadable.add(entry.id)
            continue
        if is_named:
            dropped.add(entry.id)
    plan.dropped, plan.unreadable = sorted(dropped), len(unreadable - dropped)


def plan_archived_quarantine(client: Any, plan: ErasurePlan) -> None:
    """Note the rows of ClickHouse that mention the person: it has those too that Kafka no longer keeps."""
    rows = client.query(_QUARANTINED, parameters={"tenant": plan.person.tenant}).result_rows
    named = {id_ for id_, *texts in rows if plan.mentions("\n".join(texts).encode())}
    plan.dropped = sorted(named.union(plan.dropped))


def _plan_ledger(access: KafkaAccess, plan: ErasurePlan) -> None:
    for record in read_topic(access, RELAY_LEDGER):
        plan.ledger_records += plan.pseudonyms.in_ledger(record.value) != record.value


def _read(access: KafkaAccess, name: str, step: Step) -> Iterator[Any]:
    for done, record in enumerate(read_topic(access, CANDIDATE_EVENTS), start=1):
        step(name, done)
        yield record


def _events(value: bytes | None, tenant: str) -> list[Any]:
    try:
        return list(events_of(value or b"", tenant))
    except ValueError:
        return []  # nobody can read it; `new_event_record` looks at its bytes


def _entry(value: bytes) -> QuarantineEntry | None:
    try:
        return QuarantineEntry.model_validate_json(value)
    except ValueError:
        return None


def _text(entry: QuarantineEntry, configuration: Configuration) -> bytes:
    request = restore_request(entry, configuration)
    headers = "\n".join(value for _, value in request.headers)
    return request.body + b"\n" + headers.encode("utf-8", "replace")
