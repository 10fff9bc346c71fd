"""The real ClickHouse engine for all tests, and `--write-expected` for those who add vendors' deliveries."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from sinks.clickhouse.client import connect
from sinks.clickhouse.migrate import migrate
from tests.ingest.gateways import expectation, files, fixture

# Machines are slow now and then; what is tested is what the code does, not how fast examples are drawn. `thorough` is for
# whoever changes the fold: pytest tests/schemas tests/worker --hypothesis-profile=thorough
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("patient", max_examples=60, **PATIENT)
settings.register_profile("thorough", max_examples=500, **PATIENT)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(
        "--write-expected",
        action="store_true",
        help="write the .expect.json of every vendor's delivery that has none, to be read and corrected",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Write what is missing; what is there is never touched."""
    if not config.getoption("--write-expected"):
        return
    for path in files():
        beside = path.with_suffix(".expect.json")
        if not beside.exists():
            text = json.dumps(expectation(fixture(path)), ensure_ascii=False, indent=1)
            beside.write_text(text + "\n")


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """ClickHouse, migrated; one directory a process is all that the engine allows."""
    client = connect(f"chdb://{tmp_path_factory.mktemp('clickhouse')}")
    migrate(client)
    yield client
    client.close()
