"""What was set aside can be asked for at any time, also while Kafka is away."""

import pytest
from kafka import KafkaConsumer
from typer.testing import CliRunner

from streams.cli.main import app


@pytest.mark.parametrize("words", ["list", "show x", "replay", "drop x --because test"])
def test_without_kafka_it_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """No traceback in the middle of an outage: a condition that says what is away."""
    monkeypatch.setitem(KafkaConsumer.DEFAULT_CONFIG, "bootstrap_timeout_ms", 100)
    given = {"HIRELAY_KAFKA": "127.0.0.1:1"}
    result = CliRunner().invoke(app, ["dlq", *words.split()], env=given)

    assert str(result.exception) == "kafka: no broker at 127.0.0.1:1"
