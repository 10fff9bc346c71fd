"""A row stores every kind of record, and never misreads what another version wrote."""

import msgspec
import pytest
from hypothesis import given

from schemas.funnel import application_row
from schemas.funnel.application_row import ApplicationRow, apply_event, decode_history
from schemas.funnel.fold import STEPS
from schemas.funnel.funnel_events import CostEvent, FunnelEvent, StoredEvent
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

    assert decode_history(application_row.decode(application_row.encode(row))) == arrived


def test_every_kind_of_record_has_a_step() -> None:
    """The fold knows what to do with each kind; costs are folded by themselves."""
    assert set(StoredEvent.__args__) == {*STEPS, CostEvent} == set(RECORDS.values())


def test_an_event_stored_by_an_older_version_is_refused() -> None:
    """A history of untagged events cannot be taken for another kind of record."""
    untagged = msgspec.msgpack.encode([START, "application.created", b"x" * 16, 0, 0, "c1"])
    row = ApplicationRow(log=[msgspec.Raw(untagged)])

    with pytest.raises(msgspec.ValidationError):
        decode_history(row)


def test_a_cost_in_an_application_row_is_folded_by_itself() -> None:
    """A foreign producer cannot stop the worker with a cost entry under an application's subject."""
    row = ApplicationRow()
    apply_event(row, funnel_event(1, "application.created"), RULES)
    cost = funnel_event(2, "cost.recorded", 1, amount=5, currency="JPY", cost_kind="media")

    assert apply_event(row, cost, RULES)
