"""The real ClickHouse engine, migrated: one a process, which is all that it allows."""

from collections.abc import Iterator
from typing import Any

import pytest

from sinks.clickhouse.client import connect
from sinks.clickhouse.migrate import migrate


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """In a directory of its own."""
    client = connect(f"chdb://{tmp_path_factory.mktemp('clickhouse')}")
    migrate(client)
    yield client
    client.close()
