"""A replay that is killed between its last two steps."""

from tests.e2e.conftest import Stack, wait_until
from tests.e2e.test_replay import kill, recorded, start_replay


def test_a_replay_that_is_killed_when_it_has_switched_over_is_done(stack: Stack) -> None:
    """The next command has nothing to replay, and clears away what the killed one has left."""
    number = max(recorded(stack)) + 1
    replay = start_replay(stack)
    wait_until(lambda: number in recorded(stack) and recorded(stack)[number].state == "live", 180)
    kill(replay)
    done = stack.hirelay("replay")

    assert (done.returncode, done.stdout.strip()[:17]) == (0, "nothing to replay"), done.stderr
    assert {n: epoch.state for n, epoch in recorded(stack).items() if n != number} == dict.fromkeys(
        range(number), "retired"
    )
    assert stack.verify()["equal"]
