"""Applies records of the source to the state of their partition, one whole record after another, in steps."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from schemas.errors import Malformed
from schemas.events import packs
from schemas.funnel.conversion import to_context_event, to_funnel_event
from schemas.funnel.rules import Rules
from schemas.kafka.quarantine import QuarantineEntry
from sinks.metrics import WorkerMetrics
from streams.worker.cell_table import Rows
from streams.worker.partition_state import PartitionState
from streams.worker.turns import EVENT, Steps


class RuleSource(Protocol):
    """Provides the rules by which this worker counts."""

    def rules_for(self, tenant: str, source: str) -> Rules:
        """Return the tenant's rules, with the connection of that CloudEvents source recorded."""


@dataclass
class Unflushed:
    """What the next flush writes and acknowledges besides the changes of the state.

    `copies` are events for all other partitions.
    """

    records: list[Any] = field(default_factory=list)
    copies: Rows = field(default_factory=list)
    poison: list[QuarantineEntry] = field(default_factory=list)
    events: int = 0


class RecordApplier:
    """Applies records; without state of its own."""

    def __init__(
        self, rules: RuleSource, metrics: WorkerMetrics, now: Callable[[], datetime]
    ) -> None:
        """`now` is when a record is quarantined."""
        self._rules, self._metrics, self._now = rules, metrics, now

    def apply(self, state: PartitionState, record: Any, unflushed: Unflushed) -> Steps[None]:
        """Apply one record of the state's partition; nothing else may change or drain the state between its steps."""
        message = record.message
        try:
            pack = packs.decode_pack(message.value)
        except Malformed as problem:
            unflushed.poison.append(self._poison(message, problem))
        else:
            yield from self._apply_pack(state, message.offset, pack, unflushed)
            unflushed.events += len(pack.events)
        state.offset = message.offset
        unflushed.records.append(record)

    def _apply_pack(
        self, state: PartitionState, offset: int, pack: packs.Pack, unflushed: Unflushed
    ) -> Steps[None]:
        duplicates = 0
        for index, accepted in enumerate(pack.events):
            event = to_funnel_event(accepted, offset, index)
            if event is not None:
                rules = self._rules.rules_for(accepted.tenant, accepted.source)
                duplicates += not state.apply(accepted.tenant, accepted.subject, event, rules)
            else:
                copies = [] if pack.forwarded else unflushed.copies
                is_new = yield from self._apply_context(state, accepted, (offset, index), copies)
                duplicates += not is_new
            yield EVENT
        yield from state.count()
        self._metrics.events.inc(len(pack.events))
        self._metrics.duplicates.inc(duplicates)

    def _apply_context(
        self,
        state: PartitionState,
        accepted: packs.PackedEvent,
        position: tuple[int, int],
        copies: Rows,
    ) -> Steps[bool]:
        """Apply an event about a candidate or a pipeline, and copy it: its applications may be in any partition.

        A flush writes the copies before the state: one that the stored state knows was copied, and a crash repeats it at
        most once. That is harmless, because ids are equal.
        """
        event = to_context_event(accepted, *position)
        if event is None:
            return True
        tenant = accepted.tenant
        is_stored = state.knows_context(tenant, event)
        rules = self._rules.rules_for(tenant, accepted.source)
        is_new = yield from state.apply_context(tenant, event, rules)
        if is_new and not is_stored:
            key = f"{tenant}/{accepted.subject}".encode()
            copies.append((key, packs.encode_forwarded(accepted)))
        return is_new

    def _poison(self, message: Any, problem: Malformed) -> QuarantineEntry:
        """Return a pointer to the record; its bytes stay where they are. Repeats have the same id."""
        position = f"{message.topic}/{message.partition}/{message.offset}"
        return QuarantineEntry(
            id=hashlib.sha256(position.encode()).hexdigest()[:32],
            tenant=None,
            connection=None,
            vendor=None,
            reason="poison_pack",
            detail=str(problem),
            at=self._now(),
            rawref=position,
        )
