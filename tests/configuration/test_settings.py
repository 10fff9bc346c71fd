"""A setting that cannot be one is said in one line, with its variable."""

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
    """No traceback before the first word: the variable, and what it has to be."""
    monkeypatch.setattr("sys.argv", ["hirelay", "version"])
    monkeypatch.setenv(variable, value)

    with pytest.raises(SystemExit) as ended:
        main.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith(f"hirelay: settings: {variable}: Input should be ")
    assert said.count("\n") == 1
    assert value not in said


def test_a_port_that_is_none_is_refused() -> None:
    """Also where it was typed."""
    result = CliRunner().invoke(main.app, ["board", "--port", "80900"])

    assert "HIRELAY_BOARD_PORT: Input should be less than or equal to 65535" in str(
        result.exception
    )
