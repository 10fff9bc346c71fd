"""Loads the alert rules from their YAML file, with errors that state the fix."""

from pathlib import Path

from schemas.alerting.kinds import KINDS
from schemas.alerting.rules import AlertRules
from schemas.tenants.config import Tenancy
from streams.configuration.files import Misconfigured, check_tenants, read_yaml


def load_alerts(path: Path, tenancy: Tenancy) -> AlertRules:
    """The validated rules in `path`, whose companies must be configured; raise Misconfigured."""
    if not path.exists():
        msg = (
            f"no alert rules at {path}; set HIRELAY_ALERTS or start from deploy/config/alerts.yaml"
        )
        raise Misconfigured(msg)
    rules = read_yaml(path, AlertRules, (*KINDS.values(), AlertRules))
    tenant_by_place = {
        f"rules.{index}.tenant": rule.tenant for index, rule in enumerate(rules.rules)
    }
    check_tenants(path, tenant_by_place, tenancy)
    return rules


def migration_advice(rules: AlertRules) -> list[str]:
    """What to write instead of keys of earlier versions, one sentence per rule that has any."""
    return [advice for rule in rules.rules if (advice := rule.migration_advice())]
