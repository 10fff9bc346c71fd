"""Each vendor delivery beside this file becomes exactly what stands in its `.expect.json`."""

import json
from pathlib import Path

import pytest

from schemas.event import TYPES, short
from streams.ingest.vendors import VENDORS
from streams.ingest.vendors.greenhouse.adapter import EVENTS, IGNORED
from tests.ingest.doors import expectation, translated

FOLDER = Path(__file__).parent
CASES = sorted(p for p in (FOLDER / "greenhouse").glob("*.json") if ".expect" not in p.name)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_delivery_becomes_what_is_expected(path: Path) -> None:
    """A delivery means what the file beside it says, ids included."""
    expected = json.loads(path.with_suffix(".expect.json").read_text())

    assert expected == expectation(path.read_bytes())


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_redelivery_repeats_the_ids(path: Path) -> None:
    """A delivery that comes again counts nothing twice."""
    body = path.read_bytes()
    if "error" in expectation(body):
        pytest.skip("set aside")
    first = translated(body, (("greenhouse-event-id", "1"),))
    again = translated(body, (("greenhouse-event-id", "2"),))

    assert [event.id for event in first.events] == [event.id for event in again.events]


def test_every_event_has_a_fixture() -> None:
    """No event is supported on paper only."""
    shown = {json.loads(path.read_bytes())["action"] for path in CASES}

    assert set(EVENTS) | set(IGNORED) == shown - {"ping", "candidate_teleported"}


def test_no_person_in_any_event() -> None:
    """Nobody's name, address or employer leaves the door."""
    for path in CASES:
        for event in expectation(path.read_bytes()).get("events", []):
            assert short(event["type"]) in TYPES
            assert '"x"' not in json.dumps(event["data"]), path.stem


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_setup_page_exists(vendor: object) -> None:
    """The administrator finds a page for every vendor."""
    folder = FOLDER.parents[1] / "streams" / "ingest" / "vendors"

    assert "## Set up" in (folder / vendor.name / "README.md").read_text()  # type: ignore[attr-defined]
