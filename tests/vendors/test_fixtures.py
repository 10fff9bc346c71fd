"""Tests that each vendor fixture is translated exactly as in its `.expect.json`."""

import json
from pathlib import Path

import pytest

from schemas.events.envelope import TYPES, short_type
from schemas.tenants.config import SCORECARD_VENDORS
from streams.ingest.vendor import Vendor
from streams.ingest.vendors import VENDORS
from tests.ingest.gateways import expectation, files, fixture

FOLDER = Path(__file__).parent
CASES = files()
ACCEPTED = [path for path in CASES if "error" not in expectation(fixture(path))]
FOREIGN = [vendor for vendor in VENDORS if vendor.name != "standard"]  # its events are our own


def named(path: Path) -> str:
    """Return vendor/event as the pytest id."""
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", CASES, ids=named)
def test_delivery_becomes_what_is_expected(path: Path) -> None:
    """A delivery becomes the events in its `.expect.json`, ids included."""
    expected = json.loads(path.with_suffix(".expect.json").read_text())

    assert expected == expectation(fixture(path))


@pytest.mark.parametrize("path", ACCEPTED, ids=named)
def test_redelivery_repeats_the_ids(path: Path) -> None:
    """A redelivery has the same event ids, so nothing counts twice."""
    delivery = fixture(path)
    first, again = delivery.translated(), delivery.translated()

    assert [event.id for event in first.events] == [event.id for event in again.events]


@pytest.mark.parametrize("vendor", FOREIGN, ids=lambda vendor: vendor.name)
def test_every_event_has_a_fixture(vendor: Vendor) -> None:
    """Every supported event of a vendor has a fixture."""
    covered = {
        fixture(path).translated().event for path in ACCEPTED if path.parent.name == vendor.name
    }

    assert vendor.mapped - covered == set()
    assert not vendor.ignored or covered & vendor.ignored.keys()
    assert {name for name in vendor.ignored if name.endswith("*")} - covered == set()
    assert vendor.expected <= vendor.mapped


@pytest.mark.parametrize("path", ACCEPTED, ids=named)
def test_no_personal_data_in_any_event(path: Path) -> None:
    """No name, address or employer gets into an event; fixtures replace them all with "x"."""
    for event in expectation(fixture(path)).get("events", []):
        assert short_type(event["type"]) in TYPES
        assert '"x"' not in json.dumps(event["data"])
        assert "@" not in json.dumps(event["data"])


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_setup_page_exists(vendor: Vendor) -> None:
    """Every vendor has a set-up page for administrators."""
    page = FOLDER.parents[1] / "streams" / "ingest" / "vendors" / vendor.name / "README.md"

    assert "## Set up" in page.read_text()


def test_vendors_with_scorecards_are_listed() -> None:
    """Scorecards are expected only from vendors that send them."""
    vendors = {
        path.parent.name
        for path in Path(__file__).parent.glob("*/*.expect.json")
        if "recruit.feedback.submitted" in path.read_text()
    }

    assert vendors | {"standard"} == SCORECARD_VENDORS  # its events are our own


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_every_vendor_has_the_same_files(vendor: Vendor) -> None:
    """A reader finds adapter, payload, events, verifier and the setup page under the same names everywhere."""
    folder = FOLDER.parents[1] / "streams" / "ingest" / "vendors" / vendor.name
    names = {path.stem for path in folder.iterdir()} - {"__pycache__"}

    assert names == {"README", "__init__", "adapter", "payload", "events", "verifier"}
