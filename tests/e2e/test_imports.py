"""Imported history is corrected and taken back on a running stack, and both readings of the log agree."""

from pathlib import Path

from tests.e2e.conftest import Stack, wait_until

TABLES = Path(__file__).parents[1] / "cases" / "imports" / "tables"
MEASURE = """
select sum(value)
from v_cells
where tenant = 'corrections'
    and dimension = 'total'
    and basis = 'decision'
    and measure = {measure:String}
"""
CONNECTION = ("--connection", "corrections-events")


def counted(stack: Stack, *measures: str) -> list[int]:
    """The sums of the measures over all days."""
    return [int(stack.query(MEASURE, measure=measure)[0][0]) for measure in measures]


def run_of(output: str) -> str:
    """The id of the run that the command printed."""
    return output.partition("this was run ")[2].partition(";")[0]


def test_a_correction_corrects_and_can_be_taken_back(own_stack: Stack) -> None:
    """A corrected table says what it changes, the same table again sends nothing, and undoing restores the first one."""
    before, after = TABLES / "corrected-before.csv", TABLES / "corrected-after.csv"
    first = own_stack.hirelay("import", str(before), *CONNECTION, "--apply")
    assert first.returncode == 0, first.stdout + first.stderr
    corrected = own_stack.hirelay("import", str(after), *CONNECTION, "--apply")
    assert "C1: hired 2026-05-01 → hired 2026-05-11" in corrected.stdout, corrected.stdout
    wait_until(lambda: counted(own_stack, "applications", "hired", "rejected") == [3, 2, 1], 60)
    again = own_stack.hirelay("import", str(after), *CONNECTION, "--apply")
    assert "6 events are there already" in again.stdout, again.stdout
    assert "0 events accepted" in again.stdout
    undo = ("import", "--undo", run_of(corrected.stdout), *CONNECTION)
    undone = own_stack.hirelay(*undo, "--apply")
    assert undone.returncode == 0, undone.stdout + undone.stderr

    wait_until(lambda: counted(own_stack, "applications", "hired", "rejected") == [3, 1, 2], 60)
    assert own_stack.verify()["equal"]
    independent = own_stack.hirelay("verify", "--independent")
    assert independent.returncode == 0, independent.stdout + independent.stderr
