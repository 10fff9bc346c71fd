"""Deliveries outlive the broker and the gateway: what was answered with success is counted once."""

import re
import socketserver
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial

import pytest

from tests.e2e.conftest import Stack, wait_until
from tests.e2e.probe import post, standard_connection

DELIVERIES = 1_000
COUNTED = """
select sum(value)
from v_cells
where dimension = 'channel' and member = {channel:String} and measure = 'applications' and basis = 'decision'
"""


class PortHolder(socketserver.TCPServer):
    """Closes every connection."""

    allow_reuse_address = True


@contextmanager
def stopped_broker(stack: Stack) -> Iterator[None]:
    """Kill Kafka and listen on its port, so that its supervisor cannot start it again."""
    host, port = stack.run_file()["roles"]["kafka"]["bootstrap"].split(":")
    with PortHolder(
        (host, int(port)), socketserver.BaseRequestHandler, bind_and_activate=False
    ) as holder:

        def listens() -> bool:
            with suppress(OSError):  # Kafka has not let go of the port yet
                holder.server_bind()
                holder.server_activate()
                return True
            return False

        stack.kill("kafka")
        wait_until(listens, 20)
        threading.Thread(target=holder.serve_forever, daemon=True).start()
        yield
        holder.shutdown()


def spool_series(stack: Stack, name: str) -> float:
    """Return one value of the spool's metrics; -1 while the gateway does not answer."""
    with suppress(urllib.error.URLError, ConnectionError):
        url = stack.run_file()["roles"]["gateway"]["url"] + "/metrics"
        text = urllib.request.urlopen(url, timeout=5).read().decode()
        [value] = re.findall(rf"^hirelay_gateway_spool_{name} (\S+)", text, re.M)
        return float(value)
    return -1


def test_an_outage_of_broker_and_gateway_loses_nothing(stack: Stack) -> None:
    """1 000 signed deliveries while Kafka is down and the gateway is killed twice, then Kafka again: each counts once."""
    connection, mark = standard_connection(stack.run_file()), f"spool-{uuid.uuid4().hex[:6]}"

    def answered(number: int) -> bool:
        data = {
            "application": {"id": f"{mark}-{number}", "applied_at": "2026-01-05T00:00:00Z"},
            "channel": {"id": mark},
        }
        try:
            return post(connection, "application.created", data, timeout=30) == 200
        except urllib.error.HTTPError as refused:
            pytest.fail(f"answered {refused.code}")
        except (urllib.error.URLError, ConnectionError):
            return False  # the gateway was killed: its sender sends again, as a vendor does

    with stopped_broker(stack):
        with ThreadPoolExecutor(16) as senders:
            sent = [
                senders.submit(wait_until, partial(answered, number), 60)
                for number in range(DELIVERIES)
            ]
            wait_until(lambda: spool_series(stack, "stored_total") > DELIVERIES / 3, 60)
            stack.wait_for_restart("gateway", stack.kill("gateway"))
            for delivery in sent:
                delivery.result()
        stack.wait_for_restart("gateway", stack.kill("gateway"))
        wait_until(lambda: spool_series(stack, "bytes") > 0, 30)
    wait_until(lambda: spool_series(stack, "bytes") == 0, 120)

    wait_until(lambda: stack.query(COUNTED, channel=mark) == [(DELIVERIES,)], 60)
    assert spool_series(stack, "drained_total") >= DELIVERIES
    assert stack.verify()["equal"]
