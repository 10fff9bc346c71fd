"""What a role shows is so now, not once was."""

import pytest
from prometheus_client import generate_latest

from schemas.kafka.lag import TopicLag
from sinks.metrics import ArchiverMetrics, WorkerMetrics


@pytest.mark.parametrize(("role", "of"), [("worker", WorkerMetrics), ("archiver", ArchiverMetrics)])
def test_nothing_waits_for_who_lost_its_partitions(
    role: str, of: type[WorkerMetrics] | type[ArchiverMetrics]
) -> None:
    """Whoever has them now says what waits; of topics that are still held, what was measured."""
    metrics = of()
    metrics.behind({"candidate-events": TopicLag(500, 75.0), "kpi-cells": TopicLag(3, 5.0)})
    metrics.behind({"kpi-cells": TopicLag(3, 5.0)})
    text = generate_latest(metrics.registry).decode()

    for what, gone, held in (("lag_records", 0.0, 3.0), ("waiting_seconds", 0.0, 5.0)):
        assert f'hirelay_{role}_{what}{{topic="candidate-events"}} {gone}' in text
        assert f'hirelay_{role}_{what}{{topic="kpi-cells"}} {held}' in text
