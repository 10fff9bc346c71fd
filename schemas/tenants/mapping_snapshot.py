"""The mapping snapshot: the part of the configuration that the fold reads, stored with the numbers it produced."""

from pydantic import Field

from schemas.events.application import FrozenModel, Minor
from schemas.tenants.config import (
    Currency,
    DeletedCandidates,
    Name,
    ReasonRule,
    StageRule,
    Tenancy,
    Tenant,
)


class ConnectionMapping(FrozenModel):
    """The stage and reason rules of one connection, and whether its system reports scorecards and reopenings."""

    stages: tuple[StageRule, ...] = ()
    reasons: tuple[ReasonRule, ...] = ()
    scorecards: bool = True
    reopenings: bool = False


class TenantMapping(FrozenModel):
    """A tenant's time zone, deletion policy, currency, value of a hire, channel aliases, and the mappings of its connections."""

    timezone: str = "UTC"
    deleted_candidates: DeletedCandidates = "named"
    currency: Currency = "JPY"
    hire_value: Minor = 0
    channel_aliases: dict[str, str] = Field(default_factory=dict)
    connections: dict[Name, ConnectionMapping] = Field(default_factory=dict)


class MappingSnapshot(FrozenModel):
    """The mappings of all tenants, by tenant id."""

    tenants: dict[Name, TenantMapping] = Field(default_factory=dict)

    def contains(self, tenant: str, connection: str) -> bool:
        """Whether the snapshot has a mapping for this connection."""
        mapping = self.tenants.get(tenant)
        return mapping is not None and connection in mapping.connections

    def extended_with(self, other: "MappingSnapshot") -> "MappingSnapshot":
        """Add the tenants and connections that only `other` has, for which nothing is counted yet; keep all others as they are."""
        return MappingSnapshot(
            tenants={
                name: _merge(self.tenants.get(name), other.tenants.get(name))
                for name in sorted(self.tenants.keys() | other.tenants.keys())
            }
        )

    def changes(self, other: "MappingSnapshot") -> list[str]:
        """List what `other` would count differently, as `tenant` or `tenant/connection`, in order."""
        changed = []
        for name, ours in sorted(self.tenants.items()):
            theirs = other.tenants.get(name)
            if theirs is None:
                continue
            if _without_connections(ours) != _without_connections(theirs):
                changed.append(name)
            changed.extend(
                f"{name}/{connection}"
                for connection in sorted(ours.connections.keys() & theirs.connections.keys())
                if ours.connections[connection] != theirs.connections[connection]
            )
        return changed


def _merge(ours: TenantMapping | None, theirs: TenantMapping | None) -> TenantMapping:
    if ours is None or theirs is None:
        return ours or theirs or TenantMapping()
    return ours.model_copy(update={"connections": {**theirs.connections, **ours.connections}})


def _without_connections(tenant: TenantMapping) -> TenantMapping:
    return tenant.model_copy(update={"connections": {}})


def snapshot_tenant(tenant: Tenant) -> TenantMapping:
    """Return the part of a tenant's configuration that the fold reads."""
    return TenantMapping(
        timezone=tenant.timezone,
        deleted_candidates=tenant.deleted_candidates,
        currency=tenant.currency,
        hire_value=tenant.hire_value,
        channel_aliases=tenant.channel_aliases,
        connections={
            connection.id: ConnectionMapping(
                stages=connection.stages,
                reasons=connection.reasons,
                scorecards=connection.expects_scorecards,
                reopenings=connection.reports_reopenings,
            )
            for connection in tenant.connections
        },
    )


def snapshot_mapping(tenancy: Tenancy) -> MappingSnapshot:
    """Return the mapping snapshot of a configuration."""
    return MappingSnapshot(
        tenants={tenant.id: snapshot_tenant(tenant) for tenant in tenancy.tenants}
    )
