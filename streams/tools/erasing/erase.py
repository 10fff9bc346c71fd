"""Whom an erasure is about, and what it would change."""

import secrets
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schemas.errors import Malformed
from schemas.instants import local_today
from schemas.privacy.references import Reference
from schemas.tenants.config import Tenant
from sinks.clickhouse.client import connect
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import load
from streams.ingest.spool.at_rest import read_at_rest
from streams.kafka import epochs as kafka_epochs
from streams.tools.erasing.plan import (
    ErasurePlan,
    compare_cells,
    expired_ids,
    make_plan,
    plan_archived_quarantine,
    plan_quarantine,
)
from streams.tools.erasing.rewrite_log import Step

KEY_BYTES = 32


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
        plan.cells, plan.changed_cells = compare_cells(access, plan, live.meaning)
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
