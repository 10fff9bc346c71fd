"""What a shell completes after Tab: ids of KPIs, companies and connections (`hirelay --install-completion` sets it up)."""

import sys
from pathlib import Path

from schemas.errors import Condition


def complete_kpi(incomplete: str) -> list[tuple[str, str]]:
    """Return the KPIs whose id starts with what was typed, each with its name."""
    from schemas.kpis.catalogue import KPIS

    return [(kpi.id, kpi.en) for kpi in KPIS if kpi.id.startswith(incomplete)]


def complete_tenant(incomplete: str) -> list[tuple[str, str]]:
    """Return the configured companies whose id starts with what was typed; none without a configuration."""
    return [(id_, name) for id_, name, _ in _companies() if id_.startswith(incomplete)]


def complete_connection(incomplete: str) -> list[tuple[str, str]]:
    """Return the configured connections whose id starts with what was typed."""
    every = [(id_, name) for _, name, ids in _companies() for id_ in ids]
    return [(id_, name) for id_, name in every if id_.startswith(incomplete)]


def _companies() -> list[tuple[str, str, list[str]]]:
    from streams.configuration.files import Misconfigured, load_tenancy
    from streams.configuration.settings import load_settings

    words = sys.argv[1:]
    state = words[words.index("--state") + 1] if "--state" in words[:-1] else None
    try:
        tenancy = load_tenancy(load_settings(Path(state) if state else None).config)
    except (Condition, Misconfigured, OSError):
        return []
    return [
        (tenant.id, tenant.name, [connection.id for connection in tenant.connections])
        for tenant in tenancy.tenants
    ]
