"""`hirelay quality`: one report per tenant, with every example that can be found."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from schemas.did_you_mean import did_you_mean
from schemas.errors import Unavailable
from schemas.funnel.rules import TenantRules
from schemas.tenants.config import Tenant
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import epochs as kafka_epochs
from streams.tools.quality.diagnosis import PREFIX, Diagnose, diagnosed_examples
from streams.tools.quality.query import QualityReport, quality_report, with_examples


def tenants_of(config: Path, name: str | None) -> tuple[Tenant, ...]:
    """Return the configured tenant of that name, or all; raise Misconfigured if there is none."""
    tenancy = load_tenancy(config)
    if name is None:
        return tenancy.tenants
    tenant = tenancy.tenant(name)
    if tenant is None:
        hint = did_you_mean(name, [tenant.id for tenant in tenancy.tenants])
        msg = f"no tenant {name!r} in {config}{hint}"
        raise Misconfigured(msg)
    return (tenant,)


def live_rules(access: KafkaAccess) -> TenantRules:
    """Return the rules with which the live numbers were counted; raise Unavailable before anything was counted."""
    live = kafka_epochs.live_epoch(kafka_epochs.read(access))
    if live is None:
        raise Unavailable("epoch", "no worker has counted anything yet: start one first")
    return TenantRules(live.meaning)


@dataclass(frozen=True)
class FoldingSearch:
    """How to find events by folding: the rules, read when they are first needed, and the diagnosis of one application."""

    rules: Callable[[], TenantRules]
    diagnose: Diagnose


def report_with_examples(
    client: Any, days: tuple[date, date], tenant: Tenant, search: FoldingSearch
) -> QualityReport:
    """Return the report of the tenant's local days, first and last included, folding only for examples that no query finds."""
    first, last = days
    report = quality_report(client, tenant, first, last)
    kinds = [finding.kind.id for finding in report.findings if finding.example is None]
    missing = [kind for kind in kinds if kind.startswith(PREFIX)]
    if not missing:
        return report
    window = {"tenant": tenant.id, "first": first, "last": last}
    rules = search.rules().for_tenant(tenant.id)
    examples = diagnosed_examples(client, window, missing, rules, search.diagnose)
    return with_examples(client, report, examples)
