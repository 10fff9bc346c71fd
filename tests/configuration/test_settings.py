"""An invalid setting is reported in one line that names its variable."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.errors import Malformed
from streams.cli import main
from streams.configuration.settings import load_settings


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


SASL = {"HIRELAY_KAFKA_SECURITY": "SASL_SSL", "HIRELAY_KAFKA_USER": "hirelay"}
HTTPS = {"HIRELAY_CLICKHOUSE": "https://localhost:8443"}


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {"HIRELAY_KAFKA_SECURITY": "TLS"},
            "HIRELAY_KAFKA_SECURITY: Input should be 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT' or 'SASL_SSL'",
        ),
        ({"HIRELAY_KAFKA": "127.0.0.1:abc"}, "HIRELAY_KAFKA: '127.0.0.1:abc' is not host:port"),
        ({"HIRELAY_CLICKHOUSE": "http://h:99999/"}, "HIRELAY_CLICKHOUSE: the port is a number"),
        (SASL, "SASL_SSL needs HIRELAY_KAFKA_USER and HIRELAY_KAFKA_PASSWORD_FILE"),
        (
            {"HIRELAY_KAFKA_SECURITY": "SASL_PLAINTEXT", "HIRELAY_KAFKA_PASSWORD_FILE": "full"},
            "SASL_PLAINTEXT needs HIRELAY_KAFKA_USER and HIRELAY_KAFKA_PASSWORD_FILE",
        ),
        (SASL | {"HIRELAY_KAFKA_PASSWORD_FILE": "none"}, "HIRELAY_KAFKA_PASSWORD_FILE: no file"),
        (SASL | {"HIRELAY_KAFKA_PASSWORD_FILE": "empty"}, "HIRELAY_KAFKA_PASSWORD_FILE: empty is"),
        ({"HIRELAY_KAFKA_USER": "hirelay"}, "need HIRELAY_KAFKA_SECURITY SASL_SSL"),
        ({"HIRELAY_KAFKA_CA": "full"}, "need HIRELAY_KAFKA_SECURITY SSL or SASL_SSL"),
        (
            {"HIRELAY_KAFKA_SECURITY": "SSL", "HIRELAY_KAFKA_CA": "none"},
            "HIRELAY_KAFKA_CA: no file none",
        ),
        (
            {"HIRELAY_KAFKA_SECURITY": "SSL", "HIRELAY_KAFKA_CERTIFICATE": "full"},
            "HIRELAY_KAFKA_CERTIFICATE needs HIRELAY_KAFKA_KEY",
        ),
        (HTTPS | {"HIRELAY_CLICKHOUSE_KEY": "full"}, "_KEY needs HIRELAY_CLICKHOUSE_CERTIFICATE"),
        (HTTPS | {"HIRELAY_CLICKHOUSE_CA": "none"}, "HIRELAY_CLICKHOUSE_CA: no file none"),
        ({"HIRELAY_CLICKHOUSE_CA": "full"}, "HIRELAY_CLICKHOUSE must start with https://"),
    ],
)
def test_security_that_does_not_fit_together_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], message: str
) -> None:
    """Settings that are incomplete, unusable or never used are refused at start with the variable to change."""
    monkeypatch.chdir(tmp_path)
    Path("full").write_text("secret")
    Path("empty").write_text("\n")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(Malformed, match=re.escape(message)):
        load_settings()


def test_no_output_contains_the_kafka_password(tmp_path: Path) -> None:
    """Settings, their representation, the environment of a child and run.json name only the password's file."""
    path = tmp_path / "kafka-password"
    path.write_text("secret-word")
    settings = load_settings(
        kafka_security="SASL_SSL", kafka_user="hirelay", kafka_password_file=path
    )
    outputs = (
        repr(settings),
        repr(settings.kafka_access),
        str(settings.environment()),
        settings.model_dump_json(),
    )

    assert not [output for output in outputs if "secret-word" in output]


def test_a_child_process_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings without files survive the environment of a child process, in which they are empty variables."""
    settings = load_settings()
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)

    assert load_settings() == settings
