"""What the fold takes from the configuration: a value that is stored with the numbers that were counted by it."""

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
    """What the stages and reasons of one connection mean, and whether its system tells of scorecards."""

    stages: tuple[StageRule, ...] = ()
    reasons: tuple[ReasonRule, ...] = ()
    scorecards: bool = True


class TenantMapping(FrozenModel):
    """Where a tenant's days are cut, what deletions take, its currency, what a hire is worth, and what its connections' words mean."""

    timezone: str = "UTC"
    deleted_candidates: DeletedCandidates = "named"
    currency: Currency = "JPY"
    hire_value: Minor = 0
    connections: dict[Name, ConnectionMapping] = Field(default_factory=dict)


class MappingSnapshot(FrozenModel):
    """The meaning of everything, by tenant."""

    tenants: dict[Name, TenantMapping] = Field(default_factory=dict)

    def knows(self, tenant: str, connection: str) -> bool:
        """Whether it was settled what the events of this connection mean."""
        found = self.tenants.get(tenant)
        return found is not None and connection in found.connections

    def extended(self, other: "MappingSnapshot") -> "MappingSnapshot":
        """These and, of `other`, the tenants and connections that are new: nothing was counted of them yet."""
        return MappingSnapshot(
            tenants={
                name: _extended(self.tenants.get(name), other.tenants.get(name))
                for name in sorted(self.tenants.keys() | other.tenants.keys())
            }
        )

    def changes(self, other: "MappingSnapshot") -> list[str]:
        """What would be counted otherwise by `other`: `tenant` or `tenant/connection`, in order."""
        found = []
        for name, ours in sorted(self.tenants.items()):
            theirs = other.tenants.get(name)
            if theirs is None:
                continue
            if _bare(ours) != _bare(theirs):
                found.append(name)
            found.extend(
                f"{name}/{connection}"
                for connection in sorted(ours.connections.keys() & theirs.connections.keys())
                if ours.connections[connection] != theirs.connections[connection]
            )
        return found


def _extended(ours: TenantMapping | None, theirs: TenantMapping | None) -> TenantMapping:
    if ours is None or theirs is None:
        return ours or theirs or TenantMapping()
    return ours.model_copy(update={"connections": {**theirs.connections, **ours.connections}})


def _bare(tenant: TenantMapping) -> TenantMapping:
    return tenant.model_copy(update={"connections": {}})


def meaning_of(tenant: Tenant) -> TenantMapping:
    """The part of a tenant's configuration that the fold reads."""
    return TenantMapping(
        timezone=tenant.timezone,
        deleted_candidates=tenant.deleted_candidates,
        currency=tenant.currency,
        hire_value=tenant.hire_value,
        connections={
            each.id: ConnectionMapping(
                stages=each.stages, reasons=each.reasons, scorecards=each.tells_scorecards
            )
            for each in tenant.connections
        },
    )


def meaning(tenancy: Tenancy) -> MappingSnapshot:
    """The meaning that a configuration asks for."""
    return MappingSnapshot(tenants={tenant.id: meaning_of(tenant) for tenant in tenancy.tenants})
