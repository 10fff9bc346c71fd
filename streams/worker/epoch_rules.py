"""The rules of the epoch that a worker counts in; a connection is settled before its first event is counted."""

import logging
from collections.abc import Callable

from schemas.funnel.rules import Rules, rules_of
from schemas.tenants.mapping_snapshot import ConnectionMapping, MappingSnapshot, TenantMapping

log = logging.getLogger(__name__)

# Records the meaning of what is new in the epoch, durably, and returns all that the epoch knows then.
Settle = Callable[[MappingSnapshot], MappingSnapshot]


class EpochRules:
    """Looks rules up by tenant. What the epoch does not know is taken from the configuration and recorded first.

    So a connection added while workers run counts by the same rules after every restart; one that no configuration
    describes counts without rules, in UTC if its tenant is unknown too, and that is recorded as well.
    """

    def __init__(
        self, known: MappingSnapshot, configured: Callable[[], MappingSnapshot], settle: Settle
    ) -> None:
        """`configured` reads the configuration as it is now."""
        self._known = known
        self._configured = configured
        self._settle = settle
        self._rules: dict[str, Rules] = {}
        self._sources: set[str] = set()

    def of(self, tenant: str, source: str) -> Rules:
        """The rules of the tenant, in which the connection of that CloudEvents source is settled."""
        if source not in self._sources:
            self._meet(tenant, source)
        return self._rules[tenant]

    def _meet(self, tenant: str, source: str) -> None:
        connection = source.rpartition(":")[2]
        if not self._known.knows(tenant, connection):
            wanted = self._configured()
            bare = TenantMapping(connections={connection: ConnectionMapping()})
            described = wanted.extended(MappingSnapshot(tenants={tenant: bare}))
            self._known = self._settle(self._known.extended(described))
            self._rules.clear()
            log.info("connection settled", extra={"tenant": tenant, "connection": connection})
        self._sources.add(source)
        if tenant not in self._rules:
            self._rules = {name: rules_of(each) for name, each in self._known.tenants.items()}
