"""Generated stories are made of valid events, and a story that differs is made short."""

import json

from schemas.events.envelope import Event
from tests.independent.comparison import shrunk
from tests.independent.stories import Story, as_table, story


def test_every_event_could_have_been_accepted() -> None:
    """The stories say nothing that the gateway would refuse."""
    for seed in range(200):
        for event in story(seed).events:
            Event.model_validate_json(json.dumps(event))


def holds_two_interviews(told: Story) -> bool:
    """Whether two interviews were held."""
    return sum("interview.completed" in event["type"] for event in told.events) >= 2


def test_a_story_is_made_short() -> None:
    """Only what is needed for the difference is left, in the order in which it arrived."""
    told = next(story(seed) for seed in range(1_000) if holds_two_interviews(story(seed)))
    short = shrunk(told, holds_two_interviews)

    assert len(short.events) == 2
    assert [event for event in told.events if event in short.events][:2] == short.events


def test_a_table_has_a_line_for_each_event() -> None:
    """A person reads a story in the order of time."""
    told = story(3)
    _, *lines = as_table(told).splitlines()

    assert len(lines) == len(told.events)
    assert lines == sorted(lines, key=lambda line: line.split()[0])
