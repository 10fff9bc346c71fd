"""The versions of costs that were recorded before, by import or otherwise, read from ClickHouse."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from schemas.events import packs
from schemas.events.packs import PackedEvent
from schemas.funnel.conversion import to_funnel_event
from schemas.funnel.costs import HIRE, REVERSED, own_subject
from schemas.funnel.funnel_events import FunnelEvent
from streams.ingest.vendors.standard.events.canonical import PREFIXED_SCOPES

# All that was told of some costs, in the order in which it counts.
VERSIONS_SQL = """
select
    JSONExtractString(body, 'data', 'cost_id') as cost_id,
    JSONExtractUInt(body, 'data', 'version') as version,
    type,
    JSONExtractString(body, 'correlationid') as content,
    JSONExtractString(body, 'deliveryid') as delivery,
    JSONExtractString(body, 'vendorevent') as origin,
    body,
    src_offset,
    src_index
from v_events
where tenant = {tenant:String}
    and type in ('cost.recorded', 'cost.reversed')
    and cost_id in {costs:Array(String)}
order by cost_id, version, src_offset, src_index
"""


@dataclass(frozen=True, kw_only=True)
class CostVersion:
    """One version of a cost as its sender told it: without the notes that other histories got of it.

    `origin` is the delivery that told the content first, which an undoing tells again.
    """

    cost_id: str
    version: int
    type: str
    content: str
    delivery: str
    origin: str
    body: bytes
    event: PackedEvent
    offset: int
    index: int
    prefix: str = ""

    @property
    def is_reversed(self) -> bool:
        """Whether this version takes the cost back."""
        return self.type == REVERSED

    @property
    def holder(self) -> str | None:
        """The application that has the cost, None if none has."""
        data = self.event.data
        return data.member if data.scope == HIRE and not self.is_reversed else None

    def previous_member(self, scope: str, member: str | None) -> str | None:
        """What the next version, of that scope and member, names as its previous member, as the sender writes it.

        The gateway puts the prefix of the connection before it for the scopes whose members have one.
        """
        if self.holder is None:
            return member if scope == HIRE else None
        return self.holder.removeprefix(self.prefix) if scope in PREFIXED_SCOPES else self.holder

    def funnel_event(self) -> FunnelEvent | None:
        """The version as the fold reads it."""
        return to_funnel_event(self.event, self.offset, self.index)


def cost_versions(
    client: Any, tenant: str, cost_ids: Sequence[str], prefix: str = ""
) -> Mapping[str, tuple[CostVersion, ...]]:
    """The versions of those costs that were recorded, in their order, the latest last; `prefix` is that of the connection."""
    if not cost_ids:
        return {}
    parameters = {"tenant": tenant, "costs": list(cost_ids)}
    rows = client.query(VERSIONS_SQL, parameters=parameters).result_rows
    return {
        cost_id: tuple(_stated(group))
        for cost_id, group in groupby(
            (_version(row, prefix) for row in rows), key=lambda version: version.cost_id
        )
    }


def _version(row: Sequence[Any], prefix: str) -> CostVersion:
    cost_id, version, event_type, content, delivery, origin, body, offset, index = row
    (event,) = packs.decode_events(packs.encode([body.encode()]))
    return CostVersion(
        cost_id=cost_id,
        version=version or 1,
        type=event_type,
        content=content,
        delivery=delivery,
        origin=origin or delivery,
        body=body.encode(),
        event=event,
        offset=offset,
        index=index,
        prefix=prefix,
    )


def _stated(versions: Iterator[CostVersion]) -> Iterator[CostVersion]:
    """What senders stated: of each version the events in the history that its own data names."""
    for _, group in groupby(versions, key=lambda version: version.version):
        own = [version for version in group if _is_at_home(version)]
        # A reversed cost of a hire leaves a note in the history of the cost, which looks like a reversal of its own.
        of_hires = [version for version in own if version.event.data.scope == HIRE]
        yield from of_hires or own


def _is_at_home(version: CostVersion) -> bool:
    data = version.event.data
    home = data.member if data.scope == HIRE else own_subject(version.cost_id)
    return version.event.subject == home and data.moved_to is None
