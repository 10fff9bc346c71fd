"""The command line: short options, exit codes of mistakes, hints, completion and where its log lines go."""

import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.errors import Malformed, Unavailable
from streams.cli import completion
from streams.cli.main import LOGGING_COMMANDS, app, state_hint
from streams.cli.refusals import clickhouse_refusal
from streams.cli.roles import app as roles
from streams.configuration.files import Misconfigured
from streams.configuration.logs import configure

REPOSITORY = Path(__file__).parents[1]


def invoke(*words: str) -> tuple[int, str]:
    """Return the exit code and everything that was printed."""
    result = CliRunner().invoke(app, words, env={"COLUMNS": "100"})
    return result.exit_code, result.output + str(result.exception or "")


def test_help_and_version_have_their_usual_options() -> None:
    """`-h` shows the help of every command, and `--version` prints the version."""
    code, text = invoke("kpi", "show", "-h")

    assert (code, "Usage: " in text) == (0, True)
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", invoke("--version")[1])


def test_a_flag_takes_no_value_in_the_help() -> None:
    """The help shows a type beside options with a value, and none beside a flag."""
    text = invoke("demo", "--help")[1]

    assert re.search(r"--seed +<int>", text)
    assert re.search(r"--once +Exit", text)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("kpi show --tenant acmee", "did you mean `acme`?"),
        ("kpi show --tenant acme --from 2026-04-02 --to 2026-04-01", "2026-04-02 is after"),
        ("quality --tenant acme --from 2026-04-02 --to 2026-04-01", "2026-04-02 is after"),
        ("kpi show --tenant acme --stat x", "--state"),
    ],
)
def test_a_mistake_ends_with_2_and_says_what_to_do(words: str, says: str) -> None:
    """An unknown company, reversed days and a misspelled option are refused before anything is read."""
    script = (
        f"import sys; sys.argv[1:] = {words.split()!r}; from streams.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=REPOSITORY
    )

    assert done.returncode == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())


def test_a_local_stack_is_suggested_to_a_reader_who_did_not_name_it(tmp_path: Path) -> None:
    """When something does not answer and a stack ran in the usual directory, its option is suggested."""
    (tmp_path / "run.json").touch()
    for problem in (Unavailable("clickhouse", "no answer"), Misconfigured("no tenant 'aoba'")):
        assert state_hint(problem, ["verify"], tmp_path).endswith(f"`--state {tmp_path}`?")
    assert state_hint(Unavailable("x"), ["verify", "--state", "y"], tmp_path) == ""
    assert state_hint(Unavailable("x"), ["verify"], tmp_path / "none") == ""
    assert state_hint(Malformed("breach", "no breach"), ["verify"], tmp_path) == ""


def test_log_lines_of_a_tool_follow_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    """A warning is written when the tool ends, not between its lines."""
    root, package = logging.getLogger(), logging.getLogger("streams")
    before = root.handlers[:], root.level, package.level
    try:
        configure("WARNING", until_exit=True)
        package.warning("record unreadable")
        during = capsys.readouterr().err
        root.handlers[0].flush()
    finally:
        root.handlers[:], root.level = before[:2]
        package.setLevel(before[2])

    assert during == ""
    assert "record unreadable" in capsys.readouterr().err


def test_every_role_logs_as_it_runs() -> None:
    """The commands that log at once are `up` and the roles; what a role's module prepares is a tool."""
    names = {command.name or command.callback.__name__ for command in roles.registered_commands if command.callback}  # fmt: skip

    assert LOGGING_COMMANDS - {"up"} == names - {"topics", "migrate", "version"}


def test_a_shell_completes_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """KPIs, companies and connections are completed; without a configuration nothing is, and nothing fails."""
    monkeypatch.setattr(sys, "argv", ["hirelay"])
    monkeypatch.setenv("HIRELAY_CONFIG", str(REPOSITORY / "deploy/config/hirelay.yaml"))

    assert ("hires", "Hires") in completion.complete_kpi("hire")
    assert [name for name, _ in completion.complete_tenant("ac")] == ["acme"]
    assert "acme-greenhouse" in [name for name, _ in completion.complete_connection("acme-")]
    monkeypatch.setenv("HIRELAY_CONFIG", "/nowhere.yaml")
    assert completion.complete_tenant("") == []


@pytest.mark.parametrize(
    ("query", "says"),
    [("select 1 from v_of_tomorrow", "migrated by another version"), ("selec 1", "Syntax error")],
)
def test_a_refusal_of_the_database_says_what_to_do(client: Any, query: str, says: str) -> None:
    """A view that another version has made, and anything else in one line; other errors stay errors."""
    with pytest.raises(Exception) as refused:  # noqa: PT011 the driver's own
        client.query(query)
    refusal = clickhouse_refusal(refused.value)

    assert refusal is not None
    assert says in refusal and "\n" not in refusal
    assert clickhouse_refusal(ValueError("Code: 60")) is None
