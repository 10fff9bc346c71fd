"""Read the alert rules from their YAML file, with errors that say what to change."""

from pathlib import Path

from schemas.alerts import AlertRule, AlertRules
from schemas.near import meant
from schemas.tenancy import Tenancy
from streams.config import Misconfigured, read


def load_alerts(path: Path, tenancy: Tenancy) -> AlertRules:
    """The validated rules in `path`, of companies that are configured; raise Misconfigured."""
    if not path.exists():
        msg = (
            f"no alert rules at {path}; set HIRELAY_ALERTS or start from deploy/config/alerts.yaml"
        )
        raise Misconfigured(msg)
    rules = read(path, AlertRules, (AlertRule, AlertRules))
    known = [tenant.id for tenant in tenancy.tenants]
    lines = [
        f"  rules.{at}.tenant: no tenant {rule.tenant!r} in the configuration{meant(rule.tenant, known)}"
        for at, rule in enumerate(rules.rules)
        if rule.tenant not in known
    ]
    if lines:
        raise Misconfigured("\n".join([f"{path} has {len(lines)} problem(s):", *lines]))
    return rules
