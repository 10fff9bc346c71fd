"""Exported lag reflects the current partitions."""

import pytest
from prometheus_client import generate_latest

from schemas.kafka.lag import TopicLag
from sinks.metrics import ArchiverMetrics, WorkerMetrics


@pytest.mark.parametrize(("role", "of"), [("worker", WorkerMetrics), ("archiver", ArchiverMetrics)])
def test_topics_of_lost_partitions_have_no_lag(
    role: str, of: type[WorkerMetrics] | type[ArchiverMetrics]
) -> None:
    """The lag of a topic without owned partitions is 0; other topics keep their measured lag."""
    metrics = of()
    metrics.show_lag({"candidate-events": TopicLag(500, 75.0), "kpi-cells": TopicLag(3, 5.0)})
    metrics.show_lag({"kpi-cells": TopicLag(3, 5.0)})
    text = generate_latest(metrics.registry).decode()

    for what, lost, kept in (("lag_records", 0.0, 3.0), ("waiting_seconds", 0.0, 5.0)):
        assert f'hirelay_{role}_{what}{{topic="candidate-events"}} {lost}' in text
        assert f'hirelay_{role}_{what}{{topic="kpi-cells"}} {kept}' in text
