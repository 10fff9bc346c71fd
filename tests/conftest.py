"""Fixtures and options of all tests: the real ClickHouse engine, and `--write-expected` for new vendor deliveries."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from sinks.clickhouse.access import ClickHouseAccess
from sinks.clickhouse.client import connect
from sinks.clickhouse.migrate import migrate
from tests.ingest.gateways import expectation, files, fixture

# Machines can be slow; the tests check behaviour, not how fast examples are drawn. Use `thorough` when you change the
# fold: pytest tests/schemas tests/worker --hypothesis-profile=thorough
ROOT = Path(__file__).parents[1]
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("patient", max_examples=30, **PATIENT)
settings.register_profile("thorough", max_examples=500, **PATIENT)
settings.register_profile("quick", max_examples=5, **PATIENT)
settings.load_profile("patient")
# The modules that keep the first shared stack busy for about as long as all others keep the second.
LONG_STORIES = {"test_board", "test_exactness", "test_rebuild"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the `--write-expected` option."""
    parser.addoption(
        "--write-expected",
        action="store_true",
        help="write the missing .expect.json of vendor deliveries, for review and correction",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Write the missing files; existing ones are never changed."""
    if not config.getoption("--write-expected"):
        return
    for path in files():
        beside = path.with_suffix(".expect.json")
        if not beside.exists():
            text = json.dumps(expectation(fixture(path)), ensure_ascii=False, indent=1)
            beside.write_text(text + "\n")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the stories of running stacks start first, because they take longest."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


class StoryScheduling(LoadScopeScheduling):
    """Keeps each module in one process, and the stories of each shared stack in one; two stacks are about equally busy."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of the group."""
        module = Path(nodeid.split("::", maxsplit=1)[0])
        text = (ROOT / module).read_text() if "e2e" in module.parts else ""
        if "running_stack" in text or "stack: Stack" not in text:
            return module.as_posix()
        if "configured_stack" in text:
            return "stories of the configured stack"
        return "long stories" if module.stem in LONG_STORIES else "stories"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> StoryScheduling:
    """Distribute tests so, whatever `--dist` says."""
    return StoryScheduling(config, log)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A migrated ClickHouse; the engine allows only one directory per process."""
    client = connect(ClickHouseAccess(url=f"chdb://{tmp_path_factory.mktemp('clickhouse')}"))
    migrate(client)
    yield client
    client.close()
