"""Settle the events of each entity: refuse what contradicts itself, order days, number what may happen again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from schemas.errors import Malformed
from streams.tools.importing.events import RowEvent
from streams.tools.importing.refusals import RowProblem
from streams.tools.importing.settling.checks import (
    check_orders,
    distinct_events,
    tells_of_application,
)
from streams.tools.importing.settling.day_order import DayOrder, in_day_order
from streams.tools.importing.settling.entity_checks import EntityChecks
from streams.tools.importing.settling.staging import Staging

COST, JOB = "cost/", "job/"
APART = (COST, JOB)  # how entities begin that are no applications


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What the run says of one entity: the events of valid rows in order, and what is wrong or remarkable.

    `is_orphan` says that it tells of something beside an application that no row tells of, `is_partial` that rows of it were
    refused.
    """

    entity: str
    events: tuple[RowEvent, ...]
    problems: tuple[RowProblem, ...]
    duplicates: int
    is_orphan: bool = False
    is_partial: bool = False

    @property
    def is_application(self) -> bool:
        """Whether the entity is an application."""
        return not self.entity.startswith(APART)


@dataclass(frozen=True, kw_only=True)
class SettleOptions:
    """How to settle: the order of days, the names of the files, the instant of the run, and the largest event."""

    order: DayOrder
    files: tuple[str, ...]
    now: datetime
    max_bytes: int


def settle(staging: Staging, options: SettleOptions) -> Iterator[Settled]:
    """Every entity of the run, settled; each call begins anew."""
    for entity, events in staging.entities():
        settled = settle_entity(entity, events, options)
        yield replace(settled, is_partial=True) if staging.is_refused(entity) else settled


def settle_entity(entity: str, events: Sequence[RowEvent], options: SettleOptions) -> Settled:
    """One entity, settled."""
    checks = EntityChecks(files=options.files)
    distinct = distinct_events(events, checks)
    if len(distinct) > 1:
        check_orders(distinct, checks)
    ordered = _numbered(in_day_order(_valid(distinct, checks), options.order))
    for event in ordered:
        _check_event(event, checks, options)
    valid = _valid(ordered, checks)
    is_orphan = bool(valid) and not entity.startswith(APART) and not tells_of_application(valid)
    return Settled(
        entity=entity,
        events=tuple(valid),
        problems=tuple(dict.fromkeys(checks.problems)),
        duplicates=checks.duplicates,
        is_orphan=is_orphan,
        is_partial=bool(checks.refused),
    )


def _valid(events: list[RowEvent], checks: EntityChecks) -> list[RowEvent]:
    refused = checks.refused
    return [e for e in events if (e.file, e.line) not in refused] if refused else events


def _numbered(events: list[RowEvent]) -> list[RowEvent]:
    """The events with the number of each occurrence of a slot that may have several."""
    counts: dict[tuple[str, str], int] = {}
    numbered = []
    for event in events:
        if event.fact.single:
            numbered.append(event)
            continue
        key = (event.kind, event.fact.slot)
        counts[key] = counts.get(key, 0) + 1
        numbered.append(
            event if counts[key] == 1 else msgspec.structs.replace(event, number=counts[key])
        )
    return numbered


def _check_event(event: RowEvent, checks: EntityChecks, options: SettleOptions) -> None:
    """Refuse what the gateway would not accept now."""
    if event.at > options.now:
        try:
            event.check_times(options.now)
        except Malformed as problem:
            checks.refuse(event, "row", problem.reason)
    if len(event.data) * 4 > options.max_bytes:
        size = len(event.envelope("backfill")) + 2
        if size > options.max_bytes:
            checks.refuse(event, "row", "too_large", str(size))
