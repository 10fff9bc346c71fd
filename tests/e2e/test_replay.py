"""A replay runs once at a time, and may be killed at any point: the next one continues it, and no number changes."""

import signal
import subprocess
import sys

from schemas.kafka.epochs import Epoch
from schemas.kafka.topics import CANDIDATE_EVENTS
from streams.configuration.settings import load_settings
from streams.kafka import epochs
from streams.kafka.groups import ConsumerGroup
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.test_rebuild import play


def recorded(stack: Stack) -> dict[int, Epoch]:
    """Return all epochs."""
    return epochs.read(load_settings(stack.state).kafka_access)


def live_number(stack: Stack) -> int:
    """Return the number of the live epoch."""
    live = epochs.live_epoch(recorded(stack))
    assert live is not None
    return live.number


def start_replay(stack: Stack) -> "subprocess.Popen[str]":
    """Start a replay."""
    return subprocess.Popen(
        [sys.executable, "-m", "streams", "replay", "--force", "--state", str(stack.state)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def has_counted(stack: Stack, number: int) -> bool:
    """Return whether the worker of an epoch has committed anything."""
    group = ConsumerGroup(
        load_settings(stack.state).kafka_access,
        epochs.consumer_group(number),
        CANDIDATE_EVENTS.name,
    )
    try:
        return sum(group.committed_offsets().values()) > 0
    finally:
        group.close()


def kill(replay: "subprocess.Popen[str]") -> None:
    """SIGKILL a replay that still runs."""
    assert replay.poll() is None
    replay.send_signal(signal.SIGKILL)
    replay.wait()


def test_a_killed_replay_is_continued(stack: Stack) -> None:
    """Killed when it has begun, and when it has counted, it leaves the live numbers alone; the next one ends its work."""
    play(stack, seed=51)
    before = live_number(stack)
    building = max(recorded(stack)) + 1
    first = start_replay(stack)
    wait_until(lambda: building in recorded(stack), 60)
    refused = stack.hirelay("replay", "--force")
    kill(first)
    second = start_replay(stack)
    wait_until(lambda: has_counted(stack, building), 120)
    kill(second)
    untouched = live_number(stack)
    done = stack.hirelay("replay")

    assert refused.returncode == 2
    assert f"(process {first.pid}) has been replaying since" in refused.stderr
    assert untouched == before
    assert done.returncode == 0, done.stderr
    assert f"epoch {building} was begun before and is continued" in done.stderr
    assert live_number(stack) == building
    assert stack.verify()["equal"]
