"""A row stores every kind of record, and never misreads what another version wrote."""

import msgspec
import pytest
from hypothesis import given

from schemas.funnel import application_row
from schemas.funnel.application_row import ApplicationRow, StoredRow, apply_event
from schemas.funnel.funnel_events import FunnelEvent, StoredEvent
from schemas.funnel.rules import Rules
from tests.builders import RECORDS, START, delivered, funnel_event, histories

RULES = Rules("Asia/Tokyo")


@given(histories())
def test_a_row_returns_the_events_it_was_built_from(history: list[FunnelEvent]) -> None:
    """Every kind of record survives encoding with all its fields, in arrival order."""
    arrived = [delivered(event, offset) for offset, event in enumerate(history)]
    row = ApplicationRow()
    for event in arrived:
        apply_event(row, event, RULES)

    assert application_row.decode(application_row.encode(row)).stored.log == arrived


def test_every_kind_of_record_is_stored() -> None:
    """A row can hold each kind of record."""
    assert set(StoredEvent.__args__) == set(RECORDS.values())


def test_an_event_stored_by_an_older_version_is_refused() -> None:
    """A history of untagged events cannot be taken for another kind of record."""
    untagged = msgspec.msgpack.encode([START, "application.created", b"x" * 16, 0, 0, "c1"])
    row = msgspec.msgpack.encode(StoredRow(log=[msgspec.Raw(untagged)]))

    with pytest.raises(msgspec.ValidationError):
        application_row.decode(row)


def test_a_cost_in_an_application_row_is_folded_by_itself() -> None:
    """A foreign producer cannot stop the worker with a cost entry under an application's subject."""
    row = ApplicationRow()
    apply_event(row, funnel_event(1, "application.created"), RULES)
    cost = funnel_event(2, "cost.recorded", 1, amount=5, currency="JPY", cost_kind="media")

    assert apply_event(row, cost, RULES)
