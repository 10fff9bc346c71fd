"""Read the targets from their YAML file, with errors that say what to change."""

from pathlib import Path

from schemas.did_you_mean import meant
from schemas.planning.targets import Target, Targets
from schemas.tenants.config import Tenancy, Tenant
from streams.configuration.files import Misconfigured, read, refuse_strangers


def load_targets(path: Path, tenancy: Tenancy) -> Targets:
    """The validated targets in `path`, of companies that are configured; raise Misconfigured."""
    if not path.exists():
        msg = f"no targets at {path}; set HIRELAY_TARGETS or start from deploy/config/targets.yaml"
        raise Misconfigured(msg)
    targets = read(path, Targets, (Target, Targets))
    places = {f"targets.{at}.tenant": each.tenant for at, each in enumerate(targets.targets)}
    places |= {f"fiscal_year_starts_of.{each}": each for each in targets.fiscal_year_starts_of}
    refuse_strangers(path, places, tenancy)
    return targets


def tenant_of(tenancy: Tenancy, wanted: str) -> Tenant:
    """The tenant of that id; raise Misconfigured with the one that was probably meant."""
    found = tenancy.tenant(wanted)
    if found is None:
        known = [tenant.id for tenant in tenancy.tenants]
        msg = f"no tenant {wanted!r} in the configuration{meant(wanted, known)}"
        raise Misconfigured(msg)
    return found
