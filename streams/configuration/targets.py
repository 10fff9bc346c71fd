"""Loads the targets from their YAML file, with errors that state the fix."""

from pathlib import Path

from schemas.did_you_mean import did_you_mean
from schemas.planning.targets import Target, Targets
from schemas.tenants.config import Tenancy, Tenant
from streams.configuration.files import Misconfigured, check_tenants, load_tenancy, read_yaml


def load_targets(path: Path, tenancy: Tenancy) -> Targets:
    """The validated targets in `path`, whose companies must be configured; raise Misconfigured."""
    if not path.exists():
        msg = f"no targets at {path}; set HIRELAY_TARGETS or start from deploy/config/targets.yaml"
        raise Misconfigured(msg)
    targets = read_yaml(path, Targets, (Target, Targets))
    tenant_by_place = {
        f"targets.{index}.tenant": target.tenant for index, target in enumerate(targets.targets)
    }
    tenant_by_place |= {
        f"fiscal_year_starts_of.{tenant}": tenant for tenant in targets.fiscal_year_starts_of
    }
    check_tenants(path, tenant_by_place, tenancy)
    return targets


def require_tenant(tenancy: Tenancy, tenant_id: str) -> Tenant:
    """The tenant with that id; raise Misconfigured with the closest match."""
    tenant = tenancy.tenant(tenant_id)
    if tenant is None:
        tenant_ids = [tenant.id for tenant in tenancy.tenants]
        msg = f"no tenant {tenant_id!r} in the configuration{did_you_mean(tenant_id, tenant_ids)}"
        raise Misconfigured(msg)
    return tenant


def find_tenant(path: Path, tenant_id: str) -> Tenant | None:
    """The tenant, or None if there is no configuration at `path`; raise Misconfigured with the closest match."""
    return require_tenant(load_tenancy(path), tenant_id) if path.exists() else None
