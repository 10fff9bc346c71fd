"""Despite kills, duplicates and disorder, every cell equals the fold of the accepted events."""

import os

from tests.e2e.conftest import Stack, wait_until

EVENTS = int(os.environ.get("EVENTS", "2400"))  # `make chaos` posts 20 000
SECONDS = 60  # long enough for every kill, on a machine that runs other tests beside
SLACK = 10.0  # factor on the promise, for such a machine


def _accepted(stack: Stack) -> int:
    """Return the number of events that the gateway has accepted so far."""
    import urllib.request

    text = (
        urllib.request.urlopen(stack.run_file()["roles"]["gateway"]["url"] + "/metrics", timeout=5)
        .read()
        .decode()
    )
    lines = [line for line in text.splitlines() if line.startswith("hirelay_gateway_events_total")]
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))


def test_every_cell_is_exact_under_kills_duplicates_and_disorder(stack: Stack) -> None:
    """Thousands of signed deliveries, a tenth duplicated, a fifth shuffled; worker killed twice, archiver and broker once."""
    simulation = stack.simulate(
        *("--events", str(EVENTS), "--rate", str(EVENTS / SECONDS), "--seed", "11"),
        *("--duplicates", "0.1", "--shuffle", "0.2"),
    )
    for share, role in (
        (0.1, "worker"),
        (0.3, "archiver"),
        (0.5, "kafka"),
        (0.75, "worker"),
    ):
        wait_until(
            lambda share=share: _accepted(stack) >= share * EVENTS or simulation.poll() is not None,
            200,
        )
        assert simulation.poll() is None, simulation.communicate()[0]
        stack.wait_for_restart(role, stack.kill(role))
    output, _ = simulation.communicate(timeout=300)
    assert simulation.returncode == 0, output

    verdict = stack.verify()

    assert verdict["differences"] == []
    assert verdict["deliveries"] > verdict["events"] >= EVENTS * 0.9


def test_a_webhook_is_in_clickhouse_within_seconds(stack: Stack) -> None:
    """At 50 deliveries per second, 99 of 100 accepted webhooks are in their cells within 3 s of a machine of their own."""
    from tests.e2e.probe import measure_delays

    delays = measure_delays(stack.run_file(), probes=60, rate=50.0)
    delays.sort()

    assert delays[int(len(delays) * 0.99) - 1] < 3.0 * SLACK, delays[-5:]


def test_the_stack_keeps_its_numbers(stack: Stack) -> None:
    """Whatever the other tests did, nothing was counted twice or lost."""
    verdict = stack.verify()

    assert verdict["equal"], verdict["differences"][:3]
