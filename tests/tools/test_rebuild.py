"""A rebuild gives nothing up unasked, and knows how far it is."""

import pytest

from schemas.errors import Unavailable
from sinks.clickhouse.archive_ledger import ArchiveState
from streams.tools.rebuild import records_done, refuse_loss

EVENTS, CELLS = ("candidate-events", 0), ("kpi-cells", 1)


def test_what_kafka_has_whole_may_be_filled_anew() -> None:
    """A ClickHouse that is behind, or was lost, is what a rebuild is for."""
    refuse_loss({EVENTS: 0}, {EVENTS: 10}, {EVENTS: 10})
    refuse_loss({EVENTS: 0}, {EVENTS: 10}, {})


def test_records_that_kafka_removed_are_not_given_up() -> None:
    """A topic that no longer begins at its first record was shortened."""
    with pytest.raises(Unavailable, match="only the records 4 to 10 of candidate-events/0"):
        refuse_loss({EVENTS: 4}, {EVENTS: 10}, {EVENTS: 10})


def test_records_that_kafka_lost_are_not_given_up() -> None:
    """A ClickHouse that is ahead of Kafka has what a restored Kafka lacks."""
    with pytest.raises(Unavailable, match="--discard"):
        refuse_loss({EVENTS: 0}, {EVENTS: 10}, {EVENTS: 11})


def test_progress_counts_the_records_of_the_request() -> None:
    """What arrives during the rebuild makes it neither longer nor earlier finished."""
    state = ArchiveState("a", 1, {EVENTS: 12, CELLS: 3})

    assert records_done(state, {EVENTS: 10, CELLS: 5}) == 13
    assert records_done(ArchiveState("a", 1), {EVENTS: 10}) == records_done(None, {EVENTS: 10}) == 0
