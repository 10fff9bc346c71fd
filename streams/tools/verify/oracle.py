"""The oracle of a verification: the fold of all accepted events, without anything that the worker wrote."""

from dataclasses import dataclass, field

from schemas.cells import Cells, without_zeros
from schemas.errors import Malformed
from schemas.events import packs
from schemas.funnel.candidate_events import ContextEvents, parent_keys
from schemas.funnel.conversion import to_context_event, to_funnel_event
from schemas.funnel.fold import add_contribution, fold
from schemas.funnel.funnel_events import ContextEvent, FunnelEvent
from schemas.funnel.rules import TenantRules


@dataclass
class Oracle:
    """The set of accepted events, read from the log; independent of anything the worker wrote."""

    deliveries: int = 0
    poison: int = 0
    histories: dict[tuple[str, str], dict[bytes, FunnelEvent]] = field(default_factory=dict)
    contexts: dict[str, ContextEvents] = field(default_factory=dict)

    def add(self, partition_offset: int, value: bytes | None) -> None:
        """Add one record; an unreadable record is counted as poison, as the worker quarantines it."""
        try:
            pack = packs.decode_pack(value)
        except Malformed:
            self.poison += 1
            return
        if pack.forwarded:
            return  # a copy of an event that is elsewhere in the log
        self.deliveries += len(pack.events)
        for index, accepted in enumerate(pack.events):
            event = to_funnel_event(accepted, partition_offset, index)
            if event is not None:
                history = self.histories.setdefault((accepted.tenant, accepted.subject), {})
                history.setdefault(event.header.id, event)
            elif (context_event := to_context_event(accepted)) is not None:
                self.contexts.setdefault(accepted.tenant, ContextEvents()).add(context_event)

    def cells(self, rules: TenantRules) -> Cells:
        """Return the expected value of every cell under these rules."""
        cells: Cells = {}
        for application in self.histories:
            self._add_application(cells, application, rules)
        return without_zeros(cells)

    def cells_of(self, application: tuple[str, str], rules: TenantRules) -> Cells:
        """Return what one application, by tenant and subject, contributes to the cells."""
        cells: Cells = {}
        self._add_application(cells, application, rules)
        return without_zeros(cells)

    def _add_application(
        self, cells: Cells, application: tuple[str, str], rules: TenantRules
    ) -> None:
        tenant, history = application[0], self.histories[application]
        events = [*history.values(), *self._context_events(tenant, history)]
        for contribution in fold(events, rules.for_tenant(tenant)):
            add_contribution(cells, tenant, contribution)

    def _context_events(self, tenant: str, history: dict[bytes, FunnelEvent]) -> list[ContextEvent]:
        contexts = self.contexts.get(tenant)
        if contexts is None:
            return []
        entities = {parent for event in history.values() for parent in parent_keys(event)}
        return contexts.events_reaching(sorted(entities), offset=-1)
