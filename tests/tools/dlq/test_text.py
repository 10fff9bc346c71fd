"""Quarantine commands work at any time, and fail clearly while Kafka is unavailable."""

import pytest
from kafka import KafkaConsumer
from typer.testing import CliRunner

from streams.cli.main import app


@pytest.mark.parametrize("words", ["list", "show x", "replay", "drop x --because test"])
def test_without_kafka_it_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """During an outage the commands print one clear line instead of a traceback."""
    monkeypatch.setitem(KafkaConsumer.DEFAULT_CONFIG, "bootstrap_timeout_ms", 100)
    environment = {"HIRELAY_KAFKA": "127.0.0.1:1"}
    result = CliRunner().invoke(app, ["dlq", *words.split()], env=environment)

    assert str(result.exception) == "kafka: no broker at 127.0.0.1:1"
