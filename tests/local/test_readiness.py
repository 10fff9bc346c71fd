"""A role that does not come up ends `up` with the reason: the last lines of its log."""

from pathlib import Path

import pytest

from schemas.errors import Unavailable
from streams.local.readiness import LAST_LINES, MAX_EARLY_DEATHS, describe_end, wait_until
from streams.supervisor import Role, Supervisor


def test_a_role_that_dies_at_every_start_is_given_up(tmp_path: Path) -> None:
    """Nobody waits for a worker whose configuration is wrong: its log says what to change."""
    log_file = tmp_path / "worker.log"
    log_file.write_text("starting\nhirelay: HIRELAY_FLUSH_S: not a number\n\n")
    supervisor = Supervisor(lambda: None)
    role = Role("worker", ("false",), log_file, early_deaths=MAX_EARLY_DEATHS)
    supervisor.roles["worker"] = role

    with pytest.raises(Unavailable) as raised:
        wait_until("worker", lambda: False, supervisor, log_file)
    assert str(raised.value).splitlines()[1:] == [
        "  starting",
        "  hirelay: HIRELAY_FLUSH_S: not a number",
    ]


def test_only_the_end_of_a_long_log_is_shown(tmp_path: Path) -> None:
    """The reason is in the last lines; bytes that are no text do no harm."""
    log_file = tmp_path / "kafka.log"
    log_file.write_bytes(b"".join(b"line %d\n" % number for number in range(1000)) + b"\xff\n")
    heading, *lines = describe_end(log_file).splitlines()

    assert str(log_file) in heading
    assert len(lines) == LAST_LINES
    assert lines[-2:] == ["  line 999", "  \N{REPLACEMENT CHARACTER}"]


@pytest.mark.parametrize(("content", "said"), [(None, "no log"), ("\n", "empty")])
def test_a_missing_log_is_named(tmp_path: Path, content: str | None, said: str) -> None:
    """Whoever looks for the log learns where it would be."""
    log_file = tmp_path / "board.log"
    if content is not None:
        log_file.write_text(content)

    assert said in describe_end(log_file)
    assert str(log_file) in describe_end(log_file)
