"""Each vendor's deliveries count what a recruiter would count, in whatever order they come."""

import itertools

import pytest

from streams.ingest.vendors import VENDORS
from tests.fakes import NOON
from tests.vendors.folding import cells, totals
from tests.vendors.stories import STORIES, Story


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.vendor)
def test_a_story_counts_what_happened(story: Story) -> None:
    """By hand and by the fold, the same."""
    found = cells(story.told())

    assert story.on(NOON.date()) == totals(found)
    assert story.channel in {key.member for key in found if key.dimension == "channel"}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.vendor)
def test_a_story_counts_the_same_in_any_order(story: Story) -> None:
    """Webhooks come late and twice; the numbers do not know."""
    told = story.told()
    expected = cells(told)

    for order in itertools.islice(itertools.permutations(told), 0, 120, 7):
        assert expected == cells([*order, *order])


def test_every_vendor_has_a_story() -> None:
    """No vendor is supported on paper only."""
    own = "standard"  # its events are our own

    assert {each.name for each in VENDORS} - {own} == {story.vendor for story in STORIES}
