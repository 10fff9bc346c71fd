"""Read the alert rules from their YAML file, with errors that say what to change."""

from pathlib import Path

from schemas.alerting.rules import AlertRule, AlertRules
from schemas.tenants.config import Tenancy
from streams.configuration.files import Misconfigured, read, refuse_strangers


def load_alerts(path: Path, tenancy: Tenancy) -> AlertRules:
    """The validated rules in `path`, of companies that are configured; raise Misconfigured."""
    if not path.exists():
        msg = (
            f"no alert rules at {path}; set HIRELAY_ALERTS or start from deploy/config/alerts.yaml"
        )
        raise Misconfigured(msg)
    rules = read(path, AlertRules, (AlertRule, AlertRules))
    places = {f"rules.{at}.tenant": rule.tenant for at, rule in enumerate(rules.rules)}
    refuse_strangers(path, places, tenancy)
    return rules
