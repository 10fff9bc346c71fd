"""One option: `--write-expected` writes the `.expect.json` of every fixture that has none, for you to read and correct."""

import json

import pytest

from tests.ingest.doors import expectation, files, fixture


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add it."""
    parser.addoption("--write-expected", action="store_true", help="write missing .expect.json")


def pytest_configure(config: pytest.Config) -> None:
    """Write what is missing; what is there is never touched."""
    if not config.getoption("--write-expected"):
        return
    for path in files():
        beside = path.with_suffix(".expect.json")
        if not beside.exists():
            text = json.dumps(expectation(fixture(path)), ensure_ascii=False, indent=1)
            beside.write_text(text + "\n")
