"""What a stage means after its pipeline was replaced and its stages got other ids."""

from schemas.funnel.funnel_events import ContextEvent, EventHeader, PipelineEvent, VendorStage
from schemas.funnel.rules import Rules, to_rule
from schemas.funnel.stage_meanings import StageMeanings
from schemas.tenants.config import StageRule

RULES = Rules(
    "Asia/Tokyo",
    {
        "events": (
            to_rule(StageRule(stage_id="z-talk", milestone="casual")),
            to_rule(StageRule(stage_id="a-test", milestone="assessment")),
        )
    },
)


def remapped(at: int, *moves: tuple[str, str]) -> ContextEvent:
    """Stages of the job's pipeline get other ids."""
    header = EventHeader(at=at, kind="pipeline.remapped", id=bytes([at] * 16))
    return PipelineEvent(header=header, job="j1", moves=moves)


def milestone(stage: str, *context: ContextEvent, name: str | None = None) -> str:
    """What the stage means after these events."""
    meanings = StageMeanings(RULES, context, "j1")
    return meanings.of("events", VendorStage(id=stage, name=name), at=10).milestone


def test_a_stage_without_a_meaning_inherits_it() -> None:
    """What the company said of the old stage holds for the new one, over several steps too."""
    first, second = remapped(1, ("z-talk", "new")), remapped(2, ("new", "newer"))

    assert milestone("new", first) == "casual"
    assert milestone("newer", first, second) == "casual"
    assert milestone("newer", first) == "unmapped"


def test_a_stage_with_a_meaning_keeps_it() -> None:
    """A rule is about the stage that it names and about no other."""
    assert milestone("new", remapped(1, ("z-talk", "new")), name="一次面接") == "interview_1"
    assert milestone("a-test", remapped(1, ("z-talk", "a-test"))) == "assessment"


def test_the_nearest_predecessor_decides() -> None:
    """Of several stages that became one, the nearest is asked first, and of those the one renamed last, never by its id."""
    both = (remapped(1, ("a-test", "new")), remapped(2, ("z-talk", "new")))
    chain = (remapped(1, ("a-test", "z-talk")), remapped(2, ("z-talk", "new")))

    assert milestone("new", *both) == "casual"
    assert milestone("new", *chain) == "casual"
