"""Benchmark of alert latency from the webhook response to the firing alert, at 50 events a second.

`python -m pytest tests/bench/test_alerts.py -s` (BENCH_INCIDENTS=100). The baseline is dashboard alerting: it queries
ClickHouse for the pass rates of all channels every 15 s.
"""

import os
import statistics
import threading
import time
from pathlib import Path

import pytest

from sinks import alertmanager
from streams.local.monitoring import find_binary
from tests.e2e.conftest import Stack, running_stack, wait_until
from tests.e2e.pager import Incident

INCIDENTS = int(os.environ.get("BENCH_INCIDENTS", "100"))
RATE = 50
PAUSE_S = 0.6
POLL_INTERVAL_S = 15.0
WORST_P99_S = 5.0
BASELINE_QUERY = """
select member
from v_kpis(
    tenant = 'aoba', dimension = 'channel', basis = 'decision', first = toDate(now()) - 27, last = toDate(now()) + 1
)
where kpi = 'screen_pass_rate' and value < 0.3 and n >= 20
"""


@pytest.mark.skipif(
    find_binary("alertmanager") is None, reason="NOT MEASURED: install prometheus-alertmanager"
)
def test_alerts_fire_within_seconds(tmp_path: Path) -> None:
    """The p99 latency is below 5 s under live load; the baseline waits for its next poll."""
    with running_stack(tmp_path) as stack:
        load = stack.simulate("--events", "100000", "--rate", str(RATE))
        try:
            fired, polled = _measured(stack)
        finally:
            load.kill()
            load.wait()
    for name, seconds in (
        ("watch and dispatcher", fired),
        (f"query every {POLL_INTERVAL_S:.0f} s", polled),
    ):
        print(f"\n{name}: {_summary(seconds)}", end="")
    print(f"\nratio of medians: {statistics.median(polled) / statistics.median(fired):.1f}")

    assert _quantile(fired, 0.99) < WORST_P99_S


class AlertRecorder:
    """Records when each channel's alert fired and when the baseline detected it."""

    def __init__(self, stack: Stack) -> None:
        """Recording begins with `start`."""
        self.fired: dict[str, float] = {}
        self.polled: dict[str, float] = {}
        self._address = stack.run_file()["roles"]["alertmanager"]["url"]
        self._client = stack.client()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=target) for target in (self._poll, self._listen)]

    def start(self) -> None:
        """Start recording, until `stop`."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop recording."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _poll(self) -> None:
        while not self._stopped.wait(POLL_INTERVAL_S):
            for (member,) in self._client.query(BASELINE_QUERY).result_rows:
                self.polled.setdefault(member, time.monotonic())

    def _listen(self) -> None:
        while not self._stopped.wait(0.02):
            for alert in alertmanager.active_alerts(self._address, 'kpi="screen_pass_rate"'):
                self.fired.setdefault(alert["labels"].get("member", ""), time.monotonic())


def _measured(stack: Stack) -> tuple[list[float], list[float]]:
    """Return the seconds from the response to the alert and to the baseline's next poll, for each incident."""
    answered: dict[str, float] = {}
    listener = AlertRecorder(stack)
    listener.start()
    try:
        for _ in range(INCIDENTS):
            incident = Incident(stack)
            incident.post_decisions(passed=1, failed=29, days_ago=0)
            answered[incident.channel] = time.monotonic()
            time.sleep(PAUSE_S)
        wait_until(lambda: answered.keys() <= listener.fired.keys(), 30)
        wait_until(lambda: answered.keys() <= listener.polled.keys(), 3 * POLL_INTERVAL_S)
    finally:
        listener.stop()
    return (
        [listener.fired[channel] - at for channel, at in answered.items()],
        [listener.polled[channel] - at for channel, at in answered.items()],
    )


def _quantile(seconds: list[float], share: float) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


def _summary(seconds: list[float]) -> str:
    p50, p99 = _quantile(seconds, 0.5), _quantile(seconds, 0.99)
    return f"p50 {p50:.2f} s, p99 {p99:.2f} s, worst {max(seconds):.2f} s, {len(seconds)} incidents"
