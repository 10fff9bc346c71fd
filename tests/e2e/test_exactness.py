"""Whatever is killed, doubled or shuffled on the way, every cell equals the fold of the accepted events."""

import time

from tests.e2e.conftest import Stack, wait_until

EVENTS = 20_000


def _accepted(stack: Stack) -> int:
    """Events the gateway says it has accepted so far."""
    import urllib.request

    text = (
        urllib.request.urlopen(stack.run()["roles"]["gateway"]["url"] + "/metrics", timeout=5)
        .read()
        .decode()
    )
    lines = [line for line in text.splitlines() if line.startswith("hirelay_gateway_events_total")]
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))


def test_every_cell_is_exact_under_kills_duplicates_and_disorder(stack: Stack) -> None:
    """20 000 signed deliveries, a tenth doubled, a fifth shuffled; worker killed three times, archiver and broker once."""
    playing = stack.simulate(
        "--events", str(EVENTS), "--seed", "11", "--duplicates", "0.1", "--shuffle", "0.2"
    )
    for share, role in (
        (0.1, "worker"),
        (0.25, "archiver"),
        (0.4, "worker"),
        (0.55, "kafka"),
        (0.75, "worker"),
    ):
        wait_until(
            lambda share=share: _accepted(stack) >= share * EVENTS or playing.poll() is not None,
            200,
        )
        assert playing.poll() is None, playing.communicate()[0]
        stack.wait_for_new(role, stack.kill(role))
    said, _ = playing.communicate(timeout=300)
    assert playing.returncode == 0, said

    verdict = stack.verdict()

    assert verdict["differences"] == []
    assert verdict["deliveries"] > verdict["events"] >= EVENTS * 0.9


def test_a_webhook_is_in_clickhouse_within_seconds(stack: Stack) -> None:
    """At 50 deliveries a second, the answered webhook is in the cell within 3 s (99 of 100)."""
    from tests.e2e.probe import visible_after

    delays = visible_after(stack.run(), probes=60, rate=50.0)
    delays.sort()

    assert delays[int(len(delays) * 0.99) - 1] < 3.0, delays[-5:]


def test_the_stack_keeps_its_numbers(stack: Stack) -> None:
    """Whatever the other tests did, nothing was counted twice or lost."""
    started = time.monotonic()
    verdict = stack.verdict()

    assert verdict["equal"], verdict["differences"][:3]
    assert time.monotonic() - started < 200
