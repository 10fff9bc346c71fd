"""Each vendor delivery in a folder beside this file becomes exactly what stands in its `.expect.json`."""

import json
from pathlib import Path

import pytest

from schemas.events.envelope import TYPES, short
from schemas.tenants.config import TELL_SCORECARDS
from streams.ingest.vendor import Vendor
from streams.ingest.vendors import VENDORS
from tests.ingest.gateways import expectation, files, fixture

FOLDER = Path(__file__).parent
CASES = files()
ACCEPTED = [path for path in CASES if "error" not in expectation(fixture(path))]
FOREIGN = [each for each in VENDORS if each.name != "standard"]  # its events are our own


def named(path: Path) -> str:
    """vendor/event for the reports of pytest."""
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", CASES, ids=named)
def test_delivery_becomes_what_is_expected(path: Path) -> None:
    """A delivery means what the file beside it says, ids included."""
    expected = json.loads(path.with_suffix(".expect.json").read_text())

    assert expected == expectation(fixture(path))


@pytest.mark.parametrize("path", ACCEPTED, ids=named)
def test_redelivery_repeats_the_ids(path: Path) -> None:
    """A delivery that comes again counts nothing twice."""
    delivery = fixture(path)
    first, again = delivery.translated(), delivery.translated()

    assert [event.id for event in first.events] == [event.id for event in again.events]


@pytest.mark.parametrize("vendor", FOREIGN, ids=lambda vendor: vendor.name)
def test_every_event_has_a_fixture(vendor: Vendor) -> None:
    """No event of a vendor is supported on paper only."""
    shown = {
        fixture(path).translated().event for path in ACCEPTED if path.parent.name == vendor.name
    }

    assert vendor.mapped - shown == set()
    assert not vendor.ignored or shown & vendor.ignored.keys()
    assert {name for name in vendor.ignored if name.endswith("*")} - shown == set()
    assert vendor.expected <= vendor.mapped


@pytest.mark.parametrize("path", ACCEPTED, ids=named)
def test_no_person_in_any_event(path: Path) -> None:
    """Nobody's name, address or employer leaves the door: fixtures spell all of these "x"."""
    for event in expectation(fixture(path)).get("events", []):
        assert short(event["type"]) in TYPES
        assert '"x"' not in json.dumps(event["data"])
        assert "@" not in json.dumps(event["data"])


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_setup_page_exists(vendor: Vendor) -> None:
    """The administrator finds a page for every vendor."""
    page = FOLDER.parents[1] / "streams" / "ingest" / "vendors" / vendor.name / "README.md"

    assert "## Set up" in page.read_text()


def test_who_tells_of_scorecards_is_known() -> None:
    """Only where a vendor's webhooks tell of scorecards is a missing one missing."""
    told = {
        path.parent.name
        for path in Path(__file__).parent.glob("*/*.expect.json")
        if "recruit.feedback.submitted" in path.read_text()
    }

    assert told | {"standard"} == TELL_SCORECARDS  # its events are our own
