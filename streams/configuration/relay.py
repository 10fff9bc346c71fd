"""Loads the policies of Career Relay from their YAML file, with errors that state the fix."""

from pathlib import Path

from schemas.relay.policy import MODELS, RelayFile
from schemas.tenants.config import Tenancy
from streams.configuration.files import check_tenants, read_yaml


def load_relay(path: Path, tenancy: Tenancy) -> RelayFile:
    """The validated policies in `path`, whose companies must be configured; none without a file. Raise Misconfigured."""
    if not path.exists():
        return RelayFile()
    relay = read_yaml(path, RelayFile, MODELS)
    tenant_by_place = {
        f"companies.{index}.tenant": company.tenant for index, company in enumerate(relay.companies)
    }
    check_tenants(path, tenant_by_place, tenancy)
    return relay
