"""Two clustered Alertmanagers and two independent dispatchers: both hold every alert, and people are paged once."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sinks import alertmanager
from streams.configuration.settings import load_settings
from streams.local.monitoring import find_binary
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.pager import Incident, running_pager
from tests.ports import free_port

pytestmark = pytest.mark.skipif(
    find_binary("alertmanager") is None,
    reason="NOT TESTED: install prometheus-alertmanager to test two of them",
)


@contextmanager
def running_process(
    log: Path, *command: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process while the block lasts."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=file, env={**os.environ, **environment}
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def is_ready(address: str) -> bool:
    """Return whether the Alertmanager is ready."""
    try:
        return bool(urllib.request.urlopen(f"{address}/-/ready", timeout=2).status == 200)
    except OSError:
        return False


def alertmanager_command(
    folder: Path, configuration: str, web: int, gossip: int, peer: int
) -> tuple[str, ...]:
    """Return the command of one of two clustered instances; the second waits a second for gossip from the first."""
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(configuration)
    return (
        str(find_binary("alertmanager")),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{web}",
        f"--cluster.listen-address=127.0.0.1:{gossip}",
        f"--cluster.peer=127.0.0.1:{peer}",
        "--cluster.peer-timeout=1s",
        "--cluster.gossip-interval=20ms",
    )


def alerts_at(address: str, incident: Incident) -> list[tuple[str, str]]:
    """Return what identifies the incident's alerts on one instance."""
    alerts = alertmanager.active_alerts(address, f'rule="{incident.rule}"')
    return [(alert["fingerprint"], alert["startsAt"]) for alert in alerts]


def gossip_count(address: str) -> int:
    """Return the number of notifications of the other instance received by gossip."""
    text = urllib.request.urlopen(f"{address}/metrics", timeout=2).read().decode()
    [count] = re.findall(r"^alertmanager_nflog_gossip_messages_propagated_total (\d+)$", text, re.M)
    return int(count)


def test_both_receive_the_alert_and_one_pages(stack: Stack, tmp_path: Path) -> None:
    """The instance that paged dies: the other does not page again, and sends one resolve."""
    web, gossip = [free_port(), free_port()], [free_port(), free_port()]
    addresses = [f"http://127.0.0.1:{port}" for port in web]
    incident = Incident(stack)
    incident.add_rule()
    with ExitStack() as open_, running_pager() as (pager, configuration):
        managers = [
            open_.enter_context(
                running_process(
                    tmp_path / f"alertmanager-{at}.log",
                    *alertmanager_command(
                        tmp_path / str(at), configuration, web[at], gossip[at], gossip[1 - at]
                    ),
                )
            )
            for at in (0, 1)
        ]
        wait_until(lambda: all(is_ready(address) for address in addresses), 60)
        environment = load_settings(stack.state).environment(
            alertmanagers=",".join(addresses), dispatcher_port=0
        )
        for at in (0, 1):
            log = tmp_path / f"dispatcher-{at}.log"
            command = (sys.executable, "-m", "streams", "dispatcher")
            open_.enter_context(running_process(log, *command, **environment))
        incident.post_decisions(passed=2, failed=98, days_ago=0)
        wait_until(lambda: all(len(alerts_at(address, incident)) == 1 for address in addresses), 30)
        assert alerts_at(addresses[0], incident) == alerts_at(addresses[1], incident)
        breach = incident.wait_for_alert(10)["labels"]["breach"]
        wait_until(lambda: pager.counts(breach) == (1, 0), 30)
        wait_until(lambda: sum(map(gossip_count, addresses)) >= pager.notifications.total(), 10)
        paged, other = sorted((0, 1), key=lambda at: gossip_count(addresses[at]))
        managers[paged].kill()
        incident.post_decisions(passed=200, failed=0, days_ago=0)
        wait_until(lambda: pager.counts(breach) == (1, 1), 30)
        wait_until(lambda: alerts_at(addresses[other], incident) == [], 30)

        assert pager.counts(breach) == (1, 1)
