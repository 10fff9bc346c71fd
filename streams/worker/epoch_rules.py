"""The rules of the epoch that a worker counts in; a connection is recorded before its first event is counted."""

import logging
from collections.abc import Callable

from schemas.funnel.rules import Rules, build_rules
from schemas.tenants.mapping_snapshot import ConnectionMapping, MappingSnapshot, TenantMapping

log = logging.getLogger(__name__)

# Durably records the mapping of new connections in the epoch and returns the epoch's whole mapping.
RecordMapping = Callable[[MappingSnapshot], MappingSnapshot]


class EpochRules:
    """Looks up rules by tenant. What the epoch lacks is taken from the configuration and recorded first.

    So a connection added while workers run is counted with the same rules after every restart. A connection that is not
    configured is counted without rules, in UTC if its tenant is unknown too; that is recorded as well.
    """

    def __init__(
        self,
        mapping: MappingSnapshot,
        configured: Callable[[], MappingSnapshot],
        record: RecordMapping,
    ) -> None:
        """`configured` reads the current configuration."""
        self._mapping = mapping
        self._configured = configured
        self._record = record
        self._rules: dict[str, Rules] = {}
        self._sources: set[str] = set()

    def rules_for(self, tenant: str, source: str) -> Rules:
        """Return the tenant's rules, with the connection of that CloudEvents source recorded."""
        if source not in self._sources:
            self._ensure_recorded(tenant, source)
        return self._rules[tenant]

    def _ensure_recorded(self, tenant: str, source: str) -> None:
        connection = source.rpartition(":")[2]
        if not self._mapping.contains(tenant, connection):
            configured = self._configured()
            bare = TenantMapping(connections={connection: ConnectionMapping()})
            described = configured.extended_with(MappingSnapshot(tenants={tenant: bare}))
            self._mapping = self._record(self._mapping.extended_with(described))
            self._rules.clear()
            log.info("connection recorded", extra={"tenant": tenant, "connection": connection})
        self._sources.add(source)
        if tenant not in self._rules:
            self._rules = {
                name: build_rules(tenant_mapping)
                for name, tenant_mapping in self._mapping.tenants.items()
            }
