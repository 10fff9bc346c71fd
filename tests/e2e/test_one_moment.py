"""What a reader sees is the fold of a prefix of the events of each partition, never half a flush."""

from tests.e2e.conftest import Stack
from tests.e2e.reader import reading

DELIVERIES = 1_500


def test_the_total_is_the_sum_of_its_channels_and_of_its_jobs(stack: Stack) -> None:
    """For ten seconds of load, and while a killed worker comes back, at ten reads a second."""
    with reading(stack) as reader:
        load = stack.simulate("--events", str(DELIVERIES), "--rate", "150", "--seed", "21")
        stack.wait_for_restart("worker", stack.kill("worker"))
        output, _ = load.communicate(timeout=120)
        verdict = stack.verify()

    assert load.returncode == 0, output
    assert reader.reads > 20
    assert reader.violations == []
    assert verdict["differences"] == []
