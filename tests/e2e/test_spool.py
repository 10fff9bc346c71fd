"""Deliveries outlive the broker and the gateway: what was answered with success is counted once."""

import errno
import re
import socket
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from tests.e2e.conftest import Stack, wait_until
from tests.e2e.probe import post, standard_connection

DELIVERIES = 1_000


@contextmanager
def stopped_broker(stack: Stack) -> Iterator[None]:
    """Kill Kafka and hold its port, so that its supervisor cannot start it again."""
    host, port = stack.run_file()["roles"]["kafka"]["bootstrap"].split(":")
    stack.kill("kafka")
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

        def port_is_ours() -> bool:
            try:
                holder.bind((host, int(port)))
            except OSError as error:
                assert error.errno == errno.EADDRINUSE
                return False
            return True

        wait_until(port_is_ours, 20)
        yield


def spool_series(stack: Stack, name: str) -> float:
    """Return one value of the spool's metrics; -1 while the gateway does not answer."""
    with suppress(urllib.error.URLError, ConnectionError):
        url = stack.run_file()["roles"]["gateway"]["url"] + "/metrics"
        text = urllib.request.urlopen(url, timeout=5).read().decode()
        [value] = re.findall(rf"^hirelay_gateway_spool_{name} (\S+)", text, re.M)
        return float(value)
    return -1


def test_an_outage_of_broker_and_gateway_loses_nothing(stack: Stack) -> None:
    """1 000 signed deliveries while Kafka is down, a killed gateway, then Kafka again: each is counted once."""
    connection, mark = standard_connection(stack.run_file()), f"spool-{uuid.uuid4().hex[:6]}"

    def deliver(number: int) -> int:
        data = {
            "application": {"id": f"{mark}-{number}", "applied_at": "2026-01-05T00:00:00Z"},
            "channel": {"id": mark},
        }
        return post(connection, "application.created", data, timeout=30)

    with stopped_broker(stack):
        with ThreadPoolExecutor(16) as senders:
            statuses = list(senders.map(deliver, range(DELIVERIES)))
        assert set(statuses) == {200}
        stack.wait_for_restart("gateway", stack.kill("gateway"))
        wait_until(lambda: spool_series(stack, "bytes") > 0, 30)
    healed = time.monotonic()
    wait_until(lambda: spool_series(stack, "bytes") == 0, 120)
    print(f"drained {time.monotonic() - healed:.1f} s after Kafka could start")

    query = f"select sum(value) from v_cells where dimension = 'channel' and member = '{mark}' and measure = 'applications' and basis = 'decision'"
    wait_until(lambda: stack.query(query) == [(DELIVERIES,)], 60)
    assert spool_series(stack, "drained_total") == DELIVERIES
    assert stack.verify()["equal"]
