"""A row stores every kind of record, and never misreads what another version wrote."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.funnel import application_row
from schemas.funnel.application_row import ApplicationRow, StoredRow, apply_event
from schemas.funnel.attempt import Attempt
from schemas.funnel.counting import AttemptCount
from schemas.funnel.fold import Contribution, fold
from schemas.funnel.funnel_events import FunnelEvent, StoredEvent
from schemas.funnel.rules import Rules
from tests.builders import RECORDS, START, delivered, funnel_event, histories, stage_change

RULES = Rules("Asia/Tokyo")

Counted = list[tuple[object, bool, Counter[object]]]


def counted(contributions: list[Contribution]) -> Counted:
    """What contributions add, in whatever order."""
    return [(part.attributes, part.ended, Counter(part.changes)) for part in contributions]


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


@given(histories(), st.booleans(), st.integers(1, 3))
def test_an_event_added_to_a_row_counts_as_the_whole_fold_does(
    history: list[FunnelEvent], in_time_order: bool, together: int
) -> None:
    """However the events arrive, and however many are counted together, a row in memory counts as the whole fold does."""
    if in_time_order:
        history.sort(key=lambda event: event.header.at)
    row = ApplicationRow()
    row.contributions(RULES)
    for offset, event in enumerate(history):
        row.append(delivered(event, offset))
        if offset % together == 0:
            assert counted(row.contributions(RULES)) == counted(fold(row.stored.log, RULES))

    assert counted(row.contributions(RULES)) == counted(fold(row.stored.log, RULES))


def test_ordinary_events_are_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An application whose events arrive in order is read as a whole once, when it begins."""
    reads: list[int] = []
    begin = AttemptCount.__init__

    def count_reads(count: AttemptCount, attempt: Attempt, rules: Rules) -> None:
        reads.append(len(attempt.events))
        begin(count, attempt, rules)

    monkeypatch.setattr(AttemptCount, "__init__", count_reads)
    row = ApplicationRow()
    events = [
        funnel_event(0, "application.created", 0, channel="doda", job="j1", recruiter="r1"),
        stage_change(1, 1, "s1"),
        stage_change(2, 2, "s2"),
        funnel_event(3, "interview.completed", 3, interview_id="i1", interviewers=("p1",)),
        funnel_event(4, "feedback.submitted", 3, scorecard_id="f1", author="p1", decision=1),
        funnel_event(5, "offer.sent", 5, offer_id="o1"),
        funnel_event(6, "offer.accepted", 6, offer_id="o1"),
        funnel_event(7, "application.hired", 7, channel="doda"),
        funnel_event(8, "employment.started", 900),
    ]
    for offset, event in enumerate(events):
        apply_event(row, delivered(event, offset), RULES)

    assert reads == [1]
