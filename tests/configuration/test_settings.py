"""An invalid setting is reported in one line that names its variable."""

import pytest
from typer.testing import CliRunner

from streams.cli import main


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HIRELAY_BOARD_PORT", "http"),
        ("HIRELAY_WATCH_PORT", "99999"),
        ("HIRELAY_FLUSH_S", "0,25"),
        ("HIRELAY_LOG_LEVEL", "loud"),
    ],
)
def test_a_slip_in_a_variable_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str
) -> None:
    """Instead of a traceback, one line names the variable and the expected value."""
    monkeypatch.setattr("sys.argv", ["hirelay", "version"])
    monkeypatch.setenv(variable, value)

    with pytest.raises(SystemExit) as system_exit:
        main.main()
    stderr = capsys.readouterr().err
    assert system_exit.value.code == 2
    assert stderr.startswith(f"hirelay: settings: {variable}: Input should be ")
    assert stderr.count("\n") == 1
    assert value not in stderr


def test_a_port_that_is_none_is_refused() -> None:
    """A port given on the command line is validated too."""
    result = CliRunner().invoke(main.app, ["board", "--port", "80900"])

    assert "HIRELAY_BOARD_PORT: Input should be less than or equal to 65535" in str(
        result.exception
    )
