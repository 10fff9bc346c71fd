"""The targets file as rows, so that boards show plan beside actual."""

import logging

from schemas import money
from schemas.planning.targets import Target, Targets
from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import PlannedTarget
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.configuration.targets import load_targets

log = logging.getLogger(__name__)


def target_rows(settings: Settings) -> list[PlannedTarget] | None:
    """Return the rows of the targets file: none without a file, None when it is invalid, so that existing rows stay."""
    if not settings.targets.exists() or not settings.config.exists():
        return []
    try:
        tenancy = load_tenancy(settings.config)
        targets = load_targets(settings.targets, tenancy)
    except Misconfigured as problem:
        log.warning("targets not loaded", extra={"reason": str(problem)[:500]})
        return None
    return [_row(target, targets, tenancy) for target in targets.targets]


def _row(target: Target, targets: Targets, tenancy: Tenancy) -> PlannedTarget:
    days, tenant = targets.days(target), tenancy.tenant(target.tenant)
    plan = target.plan
    if target.definition.unit == "money" and tenant is not None:
        plan = money.to_minor(plan, tenant.currency)
    return PlannedTarget(
        tenant=target.tenant,
        kpi=target.kpi,
        dimension=target.dimension,
        member=target.member,
        basis=target.basis,
        first=days.first,
        last=days.last,
        period=target.period_label,
        plan=plan,
        better=1 if target.direction == "at_least" else -1,
        owner=target.owner or "",
        note=target.note or "",
        version=0,
    )
