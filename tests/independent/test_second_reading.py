"""What `hirelay verify --independent` compares with, and how it names what differs."""

import json

from schemas.cells import CellKey
from schemas.funnel.rules import TenantRules
from streams.tools.verify.command import VerificationReport
from streams.tools.verify.comparison import Difference, Verdict
from streams.tools.verify.oracle import Oracle
from streams.tools.verify.second_reading import SecondReading
from tests.independent.companies import COMPANY, snapshot
from tests.independent.stories import Story, story

CELL = CellKey(COMPANY, "total", "all", 20_545, "decision")


def without_progress(_done: int, _total: int) -> None:
    """Show nothing."""


def read_again(told: Story) -> tuple[SecondReading, Oracle]:
    """Both readings of a log."""
    second, oracle = SecondReading(), Oracle()
    for offset, record in enumerate(told.records):
        second.log.add(offset, record)
        oracle.add(offset, record)
    return second, oracle


def test_what_nobody_can_read_is_no_event() -> None:
    """An unreadable record is left out, as the worker quarantines it."""
    second = SecondReading()
    for record in (None, b"", b"{}", b'{"v": 1, "events": [{"id": "x"}]}'):
        second.log.add(0, record)

    assert second.cells(snapshot(4), without_progress) == {}


def test_only_stories_with_new_events_are_counted_again() -> None:
    """A second round gives the same, and shows how far it is."""
    told = story(1)
    second, _ = read_again(told)
    steps: list[tuple[int, int]] = []
    first = second.cells(snapshot(told.company), lambda done, total: steps.append((done, total)))

    assert first == second.cells(snapshot(told.company), without_progress)
    assert steps[-1] == (len(second.log.own), len(second.log.own))


def test_a_cell_that_differs_has_an_example() -> None:
    """Nothing differs, so the example is an application that counts in the cell."""
    told = story(1)
    second, oracle = read_again(told)
    cells = second.cells(snapshot(told.company), without_progress)
    rules = TenantRules(snapshot(told.company))

    assert second.example(next(iter(cells)), oracle, rules) == "a1"
    assert second.example(CELL._replace(member="nobody"), oracle, rules) == ""


def verdict(*differences: Difference) -> Verdict:
    """A verdict on a small log."""
    return Verdict(
        deliveries=3,
        events=3,
        applications=1,
        cells=2,
        measures=4,
        poison=0,
        differences=differences,
        independent=True,
    )


def test_the_report_names_the_application() -> None:
    """A person can look at the story that the two read differently."""
    difference = Difference(
        where="independent", cell=CELL, expected={"hired": 1}, actual={}, application="a1"
    )
    report = VerificationReport(verdict(difference))

    assert report.as_text().endswith("expected {'hired': 1}, found {}; see application a1")
    assert json.loads(report.as_json())["differences"][0]["application"] == "a1"


def test_the_report_says_that_both_readings_agree() -> None:
    """Whoever asked for the second reading is told that it was compared."""
    assert VerificationReport(verdict()).as_text().endswith("reading counts the same.")
