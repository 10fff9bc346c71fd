"""Carry out an erasure: rewrite the topics that name the person, and have every copy of them made anew."""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from kafka.errors import KafkaError

from schemas.errors import Malformed, Unavailable
from schemas.instants import local_today
from schemas.kafka.topics import CANDIDATE_EVENTS, QUARANTINE, RELAY_LEDGER
from schemas.privacy.references import Reference
from schemas.tenants.config import Tenant
from sinks.clickhouse.archive_ledger import ArchiveLedger
from sinks.clickhouse.client import connect
from sinks.clickhouse.removal import remove_quarantined
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import load
from streams.ingest.spool.at_rest import SpoolAtRest, read_at_rest
from streams.kafka import clients
from streams.kafka import epochs as kafka_epochs
from streams.kafka.rewriting import Note, Rewriter, Rewriting
from streams.tools.erasing.plan import (
    ErasurePlan,
    Step,
    compare_cells,
    expired_ids,
    is_kept,
    make_plan,
    plan_archived_quarantine,
    plan_quarantine,
)
from streams.tools.rebuild import request_rebuild

KEY_BYTES = 32
GROUP_EMPTY_TIMEOUT_S = 60.0  # the longest session of a role is 45 s
POLL_S = 0.5
PREFIX = "hirelay-"  # of every consumer group of a role
# The events are staged last and put in place last, so that their copy exists exactly while all others are whole.
ORDER = (QUARANTINE, RELAY_LEDGER, CANDIDATE_EVENTS)


@dataclass(frozen=True, kw_only=True)
class Request:
    """Whom to erase, and how the secrets of the configuration are found."""

    tenant: str
    candidate: str = ""
    application: str = ""
    expired: bool = False  # everybody whose `candidates_days` are over, instead of one person
    environ: Mapping[str, str]

    @property
    def ids(self) -> list[Reference]:
        """The ids that the request names; raise Malformed unless it names a person or everybody who has expired."""
        named = (("candidate", self.candidate), ("application", self.application))
        ids = [Reference(kind, id_) for kind, id_ in named if id_]
        if bool(ids) == self.expired:
            problem = "name the person with --candidate or --application, or give --expired alone"
            raise Malformed("erasure", problem)
        return ids


def plan_erasure(
    settings: Settings,
    request: Request,
    now: datetime,
    step: Step,
    ids: Iterable[Reference] = (),
) -> ErasurePlan:
    """Return what the erasure would change; nothing is written. Raise Unavailable, Malformed and Misconfigured.

    `ids` are known to be of the person besides those of the request.
    The key of its pseudonyms is drawn here and is never written anywhere.
    """
    access, own = settings.kafka_access, request.ids
    configuration = load(settings.config, request.environ, vendor_schemes())
    tenant = configuration.tenancy.tenant(request.tenant)
    if tenant is None:
        raise Malformed("tenant", f"{request.tenant} is not configured")
    if request.expired:
        own += expired_ids(access, tenant.id, _last_day(tenant, now), step)
    plan = make_plan(access, {*own, *ids}, tenant.id, secrets.token_bytes(KEY_BYTES), step)
    if not request.expired:  # quarantined deliveries end by themselves, long before
        plan_quarantine(access, plan, configuration)
        with closing(connect(settings.clickhouse_access)) as client:
            plan_archived_quarantine(client, plan)
    spool = read_at_rest(settings.gateway_spool_dir)
    plan.spooled = None if spool.in_use else spool.waiting + spool.damaged
    live = kafka_epochs.live_epoch(kafka_epochs.read(access))
    if live is not None:
        compare_cells(access, plan, live.meaning)
    return plan


def _last_day(tenant: Tenant, now: datetime) -> date:
    """Return the first day of which candidates are kept; raise Malformed if the company keeps them for ever."""
    days = tenant.retention.candidates_days
    if days is None:
        problem = (
            f"{tenant.id} keeps candidates for ever: set `candidates_days` under its `retention`"
        )
        raise Malformed("erasure", problem)
    return local_today(now, tenant.timezone) - timedelta(days=days)


def finish_interrupted(settings: Settings, now: datetime) -> bool:
    """Finish an erasure that was interrupted while its copies were put in place; discard one before. Return whether one was finished."""
    require_stopped_roles(settings)
    rewriter = Rewriter(settings.kafka_access, settings.replication)
    try:
        staged = {topic.name for topic in rewriter.staged_topics()}
        if CANDIDATE_EVENTS.name not in staged:
            rewriter.discard()
            return False
        _put_in_place(settings, rewriter, now, lambda _name, _done: None)
    finally:
        rewriter.close()
    return True


def apply_erasure(settings: Settings, plan: ErasurePlan, now: datetime, step: Step) -> None:
    """Rewrite every topic that names the person, and clear ClickHouse, which is filled from them again.

    Afterwards the live epoch needs a replay: it makes the state of workers anew and removes the old one. Raise Unavailable,
    without a change if cells would change, a role runs or ClickHouse is away.
    """
    if plan.changed_cells:
        raise Unavailable(
            "erasure", f"{plan.changed_cells} cells would change; nothing was written"
        )
    require_stopped_roles(settings)
    require_empty_spool(read_at_rest(settings.gateway_spool_dir), settings.gateway_spool_dir)
    connect(settings.clickhouse_access).close()
    rewriter = Rewriter(settings.kafka_access, settings.replication)
    try:
        for rewriting in _rewritings(plan):
            name = rewriting.topic.name
            rewriter.stage(rewriting, _named(step, f"copying {name}"), lambda: _note(plan))
        _put_in_place(settings, rewriter, now, step)
    finally:
        rewriter.close()


def require_stopped_roles(settings: Settings) -> None:
    """Raise Unavailable while a role reads Kafka: it would meet topics that are being replaced.

    One that was killed is a member of its group until its session ends.
    """
    admin = clients.admin(settings.kafka_access)
    deadline = time.monotonic() + GROUP_EMPTY_TIMEOUT_S
    try:
        while running := _running_groups(admin):
            if time.monotonic() > deadline:
                problem = f"stop the gateway and every role first; running: {', '.join(running)}"
                raise Unavailable("erasure", problem)
            time.sleep(POLL_S)
    except KafkaError as error:
        raise Unavailable("kafka", f"listing the groups failed: {error}") from error
    finally:
        admin.close()


def require_empty_spool(spool: SpoolAtRest, directory: Path | None) -> None:
    """Raise Unavailable unless no delivery is in the gateway's spool.

    One that waits there is in no topic, so that the erasure would miss it, and its gateway would bring the ids back. Only
    the gateway hands it over: a second writer could lose it or send it out of order.
    """
    if spool.in_use:
        raise Unavailable(
            "erasure", f"stop the gateway first: it has its spool open in {directory}"
        )
    if spool.waiting:
        raise Unavailable(
            "erasure",
            f"{spool.waiting} deliveries wait in the gateway's spool in {directory}; nothing was written. Start Kafka and the "
            "gateway until hirelay_gateway_spool_bytes is 0 (`hirelay up`), stop them, then repeat",
        )
    if spool.damaged:
        raise Unavailable(
            "erasure",
            f"{spool.damaged} damaged records or files of the spool in {directory} cannot be searched; nothing was written. "
            "Recover what can be read, remove the files, then repeat",
        )


def _running_groups(admin: Any) -> list[str]:
    return sorted(
        group["group_id"]
        for group in admin.list_groups()
        if group["group_id"].startswith(PREFIX) and group["group_state"] not in {"Empty", "Dead"}
    )


def _rewritings(plan: ErasurePlan) -> Sequence[Rewriting]:
    of_topic = {
        QUARANTINE.name: Rewriting(
            topic=QUARANTINE,
            transform=lambda record: (record.key, record.value) if is_kept(record, plan) else None,
        ),
        RELAY_LEDGER.name: Rewriting(
            topic=RELAY_LEDGER,
            transform=lambda record: (record.key, plan.pseudonyms.in_ledger(record.value)),
        ),
        CANDIDATE_EVENTS.name: Rewriting(
            topic=CANDIDATE_EVENTS,
            transform=lambda record: (
                plan.new_key(record.key),
                plan.new_event_record(record.value),
            ),
            keeps_offsets=True,
        ),
    }
    return [of_topic[topic.name] for topic in ORDER]


def _note(plan: ErasurePlan) -> Note:
    """What has to be done after a crash too; the ids are digests of deliveries, which identify nobody."""
    return {"dropped": plan.dropped}


def _put_in_place(settings: Settings, rewriter: Rewriter, now: datetime, step: Step) -> None:
    staged = {topic.name for topic in rewriter.staged_topics()}
    note = rewriter.note(CANDIDATE_EVENTS)
    if grown := [
        topic.name for topic in ORDER if topic.name in staged and rewriter.has_grown(topic)
    ]:
        if len(staged) == len(ORDER):  # nothing was replaced yet
            rewriter.discard()
        raise Unavailable(
            "erasure", f"{grown[0]} has grown: stop the gateway and every role, then repeat"
        )
    kafka_epochs.mark_rewritten(settings.kafka_access, now)
    _clear_clickhouse(settings, note, now)
    for topic in ORDER:
        if topic.name in staged:
            rewriter.put_in_place(topic, _named(step, f"replacing {topic.name}"))


def _clear_clickhouse(settings: Settings, note: Note, now: datetime) -> None:
    """Remove every row that the archiver reads from Kafka again, and the quarantined ones of the person."""
    client: Any = connect(settings.clickhouse_access)
    try:
        ArchiveLedger(client).clear()
        remove_quarantined(client, note["dropped"])
    finally:
        client.close()
    request_rebuild(settings, now)


def _named(step: Step, name: str) -> Callable[[int], None]:
    return lambda done: step(name, done)
