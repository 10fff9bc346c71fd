"""The commands in README and guides work on a running stack."""

import json
import shlex
from itertools import chain

import pytest

from tests.e2e.conftest import Stack
from tests.test_docs import PAGES, commands

TOOLS = {
    "config",
    "costs",
    "simulate",
    "kpi",
    "plan",
    "verify",
    "connect",
    "connections",
    "mapping",
    "dlq",
    "replay",
}  # the other commands start or stop something


def test_every_tool_of_the_pages_runs(stack: Stack) -> None:
    """Each command of either language succeeds and prints output."""
    ran = []
    for command in dict.fromkeys(chain(*map(commands, PAGES))):
        words = shlex.split(command)
        if words[0] != "hirelay" or words[1] not in TOOLS:
            continue
        at = words.index("--state")
        done = stack.hirelay(*words[1:at], *words[at + 2 :])
        assert done.returncode == 0, (command, done.stdout[-500:], done.stderr[-500:])
        assert done.stdout.strip(), command
        ran.append(words[1])

    assert set(ran) == TOOLS


def test_the_same_numbers_in_every_shape(stack: Stack) -> None:
    """JSON and CSV of one query agree, and the total is the sum of the channels."""
    question = ("kpi", "show", "--tenant", "sakura", "--from", "2020-01-01", "--basis", "cohort")
    by_channel = json.loads(stack.hirelay(*question, "--dim", "channel", "--format", "json").stdout)
    total = json.loads(stack.hirelay(*question, "--dim", "total", "--format", "json").stdout)
    lines = stack.hirelay(*question, "--dim", "total", "--format", "csv").stdout.splitlines()
    hires = next(line.split(",") for line in lines if ",hires," in line)

    assert (
        sum(row["measures"].get("applications", 0) for row in by_channel["rows"])
        == (total["rows"][0]["measures"]["applications"])
    )
    assert float(hires[-2]) == total["rows"][0]["kpis"]["hires"]["value"]


def test_commands_report_a_stack_that_does_not_run(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A command without a running stack prints one clear line and exits with code 2."""
    nothing = Stack(tmp_path_factory.mktemp("nothing"))
    for command in (("verify",), ("simulate",), ("down",), ("kpi", "show", "--tenant", "aoba")):
        done = nothing.hirelay(*command)
        assert done.returncode == 2, command
        assert "hirelay up" in done.stderr or "no stack runs" in done.stderr
        assert "Traceback" not in done.stderr
