"""Two Alertmanagers that know each other, and two dispatchers that do not: both hold every alert, and people are paged once."""

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
from streams.configuration.settings import load
from streams.local.kafka import free_port
from streams.local.monitoring import installed
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.pager import Incident, receiving

pytestmark = pytest.mark.skipif(
    installed("alertmanager") is None,
    reason="NOT TESTED: install prometheus-alertmanager to see two of them told",
)


@contextmanager
def started(log: Path, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process for as long as the block lasts."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=file, env={**os.environ, **environment}
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def ready(address: str) -> bool:
    """Whether it answers that it is."""
    try:
        return bool(urllib.request.urlopen(f"{address}/-/ready", timeout=2).status == 200)
    except OSError:
        return False


def manager(folder: Path, configuration: str, web: int, gossip: int, peer: int) -> tuple[str, ...]:
    """One of two; who is second waits a second for the first, and who is first tells it what it sent."""
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(configuration)
    return (
        str(installed("alertmanager")),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{web}",
        f"--cluster.listen-address=127.0.0.1:{gossip}",
        f"--cluster.peer=127.0.0.1:{peer}",
        "--cluster.peer-timeout=1s",
        "--cluster.gossip-interval=20ms",
    )


def held(address: str, incident: Incident) -> list[tuple[str, str]]:
    """What identifies the alerts of the incident, as one instance holds them."""
    found = alertmanager.held(address, f'rule="{incident.rule}"')
    return [(each["fingerprint"], each["startsAt"]) for each in found]


def learned(address: str) -> int:
    """Of how many pages it has heard that the other sent."""
    text = urllib.request.urlopen(f"{address}/metrics", timeout=2).read().decode()
    [found] = re.findall(r"^alertmanager_nflog_gossip_messages_propagated_total (\d+)$", text, re.M)
    return int(found)


def test_both_are_told_and_one_page_goes_out(stack: Stack, tmp_path: Path) -> None:
    """The one that paged dies: the other knows, pages nobody again, and tells the ending once."""
    web, gossip = [free_port(), free_port()], [free_port(), free_port()]
    addresses = [f"http://127.0.0.1:{each}" for each in web]
    incident = Incident(stack)
    incident.watch()
    with ExitStack() as open_, receiving() as (pager, configuration):
        managers = [
            open_.enter_context(
                started(
                    tmp_path / f"alertmanager-{at}.log",
                    *manager(
                        tmp_path / str(at), configuration, web[at], gossip[at], gossip[1 - at]
                    ),
                )
            )
            for at in (0, 1)
        ]
        wait_until(lambda: all(ready(each) for each in addresses), 60)
        environment = load(stack.state).environment(
            alertmanagers=",".join(addresses), dispatcher_port=0
        )
        for at in (0, 1):
            log = tmp_path / f"dispatcher-{at}.log"
            command = (sys.executable, "-m", "streams", "dispatcher")
            open_.enter_context(started(log, *command, **environment))
        incident.screened(passed=2, failed=98, days_ago=0)
        wait_until(lambda: all(len(held(each, incident)) == 1 for each in addresses), 30)
        assert held(addresses[0], incident) == held(addresses[1], incident)
        breach = incident.fires(10)["labels"]["breach"]
        wait_until(lambda: pager.of(breach) == (1, 0), 30)
        wait_until(lambda: sum(map(learned, addresses)) >= pager.rung.total(), 10)
        paged, other = sorted((0, 1), key=lambda at: learned(addresses[at]))
        managers[paged].kill()
        incident.screened(passed=200, failed=0, days_ago=0)
        wait_until(lambda: pager.of(breach) == (1, 1), 30)
        wait_until(lambda: held(addresses[other], incident) == [], 30)

        assert pager.of(breach) == (1, 1)
