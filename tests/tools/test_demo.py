"""The demo says where to look on one screen, and what it has found on a second run."""

import io
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from streams.configuration.settings import Settings
from streams.local.sample_companies import write_sample, write_targets
from streams.tools.demo.command import find_season, print_places
from streams.tools.demo.reports import write_demo_reports
from tests.tools.alerts.test_commands import make_breach

NOW = datetime(2026, 11, 28, tzinfo=UTC)
RUN = {"roles": {"board": {"url": "http://b:1"}, "gateway": {"url": "http://g:2"}}}


def places(**breach: Any) -> list[str]:
    """Return the lines that end the demo."""
    console = Console(file=io.StringIO(), width=80)
    print_places(RUN, Path("state"), make_breach("0123456789abcdef") if breach else None, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_it_ends_with_three_links_and_two_commands() -> None:
    """The board, one alert and the API; numbers and the explanation of the alert."""
    lines = [line.split() for line in places(breach=True)[2:]]

    assert [line[-1] for line in lines[:3]] == [
        "http://b:1/?tenant=aoba",
        "http://b:1/?breach=0123456789abcdef",
        "http://g:2/docs",
    ]
    assert [line[1:4] for line in lines[3:]] == [
        ["hirelay", "kpi", "show"],
        ["hirelay", "alerts", "explain"],
    ]
    assert len(places()) == 5


def test_a_second_run_says_what_it_found() -> None:
    """Events of an earlier run are counted with their days; an empty database is none."""

    def database(*row: Any) -> SimpleNamespace:
        return SimpleNamespace(query=lambda _: SimpleNamespace(result_rows=[row]))

    days = (datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 7, 30, tzinfo=UTC))
    earlier = find_season(database(9120, 6, *days))

    assert earlier is not None
    assert earlier.describe().startswith("found 9,120 events of 6 companies from 2026-04-01 to")
    assert find_season(database(0, 0, *days)) is None


def test_it_writes_deck_and_pdf_in_both_languages(client: Any, tmp_path: Path) -> None:
    """Of the last whole month, into one directory."""
    settings = Settings(config=write_sample(tmp_path), targets=write_targets(tmp_path, NOW))
    paths = list(write_demo_reports(client, settings, "aoba", tmp_path / "reports", NOW))

    assert [path.name for path in paths] == [
        f"aoba-2026-10-{language}.{form}" for language in ("ja", "en") for form in ("pptx", "pdf")
    ]
    assert {path.read_bytes()[:4] for path in paths} == {b"PK\x03\x04", b"%PDF"}
