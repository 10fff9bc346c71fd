"""Lag is measured from offsets alone, without reading records."""

import pickle

from schemas.kafka.lag import RoleLag, TopicLag

EVENTS, CELLS = ("candidate-events", 0), ("kpi-cells-e2", 1)


def test_processed_records_have_no_lag() -> None:
    """A fully processed topic has no lag at any measurement."""
    role_lag = RoleLag()

    for now in (0.0, 100.0):
        assert role_lag.measure({EVENTS: 7}, {EVENTS: 7}, now) == {
            "candidate-events": TopicLag(0, 0)
        }


def test_a_record_waits_since_its_first_measurement() -> None:
    """Newer records do not shorten the wait of the oldest one."""
    role_lag = RoleLag()
    role_lag.measure({EVENTS: 7}, {EVENTS: 7}, 0)
    role_lag.measure({EVENTS: 9}, {EVENTS: 7}, 10)

    assert role_lag.measure({EVENTS: 12}, {EVENTS: 7}, 30) == {"candidate-events": TopicLag(5, 20)}


def test_a_consumer_that_keeps_up_has_no_growing_wait() -> None:
    """Each measurement finds waiting records, but never the same ones."""
    role_lag = RoleLag()
    waits = [role_lag.measure({EVENTS: 10 * n + 5}, {EVENTS: 10 * n}, 5.0 * n) for n in range(50)]

    assert max(lags["candidate-events"].seconds for lags in waits) <= 5


def test_a_consumer_that_stays_behind_keeps_its_wait() -> None:
    """Ten records per 5 s are processed 200 s after they arrive: the wait stays at about 200 s."""
    role_lag = RoleLag()
    waits = [
        role_lag.measure({EVENTS: 10 * n}, {EVENTS: max(0, 10 * (n - 40))}, 5.0 * n)
        for n in range(200)
    ]

    assert {lags["candidate-events"].seconds for lags in waits[41:]} <= {195, 200}


def test_a_wait_of_days_needs_little_memory() -> None:
    """A wait of days is exact to a hundredth without storing every measurement."""
    role_lag = RoleLag()
    for n in range(40_000):
        lags = role_lag.measure({EVENTS: 10 * n}, {EVENTS: 5}, 5.0 * n)

    assert lags["candidate-events"].seconds == 5.0 * 39_998
    halfway = role_lag.measure({EVENTS: 400_000}, {EVENTS: 200_000}, 200_000)["candidate-events"]
    assert 98_900 <= halfway.seconds <= 100_000
    assert len(pickle.dumps(role_lag)) < 30_000


def test_partitions_and_epochs_of_a_topic_are_combined() -> None:
    """Records are summed, and the longest wait counts."""
    role_lag = RoleLag()
    ends = {CELLS: 5, ("kpi-cells", 0): 3}
    role_lag.measure(ends, {CELLS: 1, ("kpi-cells", 0): 3}, 0)

    assert role_lag.measure(ends, {CELLS: 1, ("kpi-cells", 0): 3}, 8) == {
        "kpi-cells": TopicLag(4, 8)
    }


def test_a_revoked_partition_is_forgotten() -> None:
    """A partition that is assigned again starts without history."""
    role_lag = RoleLag()
    role_lag.measure({EVENTS: 7}, {EVENTS: 1}, 0)
    role_lag.measure({}, {}, 50)

    assert role_lag.measure({EVENTS: 7}, {EVENTS: 1}, 100) == {"candidate-events": TopicLag(6, 0)}
