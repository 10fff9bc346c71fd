"""Tests that each vendor's story counts what a recruiter would count, in any order of arrival."""

import itertools

import pytest

from streams.ingest.vendors import VENDORS
from tests.fakes import NOON
from tests.vendors.folding import daily_totals, folded_cells
from tests.vendors.stories import STORIES, Story


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.vendor)
def test_a_story_counts_what_happened(story: Story) -> None:
    """The fold gives the counts calculated by hand."""
    folded = folded_cells(story.fixtures())

    assert story.counts_by_day(NOON.date()) == daily_totals(folded)
    assert not story.channel or story.channel in {
        key.member for key in folded if key.dimension == "channel"
    }


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.vendor)
def test_a_story_counts_the_same_in_any_order(story: Story) -> None:
    """Late and duplicate webhooks do not change the counts."""
    deliveries = story.fixtures()
    expected = folded_cells(deliveries)

    for order in itertools.islice(itertools.permutations(deliveries), 0, 120, 7):
        assert expected == folded_cells([*order, *order])


def test_every_vendor_has_a_story() -> None:
    """Every vendor has a story."""
    own = "standard"  # its events are our own

    assert {vendor.name for vendor in VENDORS} - {own} == {story.vendor for story in STORIES}
