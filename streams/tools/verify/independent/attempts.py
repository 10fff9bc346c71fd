"""The attempts of one application: a re-application after an ending begins another one."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.tenants.mapping_snapshot import TenantMapping
from streams.tools.verify.independent.attributes import (
    LastKnown,
    attributes_of,
    with_channels,
)
from streams.tools.verify.independent.endings import EndingStack
from streams.tools.verify.independent.fate import is_deleted, kind_of, without_reset
from streams.tools.verify.independent.meaning import Meanings
from streams.tools.verify.independent.story import in_chain, in_order, tell, without_repetitions
from streams.tools.verify.independent.told import CREATED, REOPENED, UNHIRED, Calendar, Told

ENTITIES = {"interview": "interview_id", "feedback": "feedback_id", "offer": "offer_id"}


@dataclass(frozen=True, kw_only=True)
class ToldAttempt:
    """One attempt: `events` are its own, at their places in the story of the application."""

    story: Sequence[Told]
    events: Sequence[tuple[int, Told]]
    attributes: LastKnown
    meanings: Meanings
    endings: EndingStack
    mapping: TenantMapping
    calendar: Calendar
    is_application: bool

    def of_topic(self, topic: str) -> list[tuple[int, Told]]:
        """The attempt's events about interviews, feedback, offers or employments, with their places."""
        return [
            (place, event) for place, event in self.events if event.kind.startswith(f"{topic}.")
        ]

    @property
    def about_interviews(self) -> list[tuple[int, Told]]:
        """The attempt's events about interviews and the listings of its schedules, with their places."""
        return [
            (place, event)
            for place, event in self.events
            if event.kind.startswith("interview.")
            or (event.kind.startswith("application.") and event.data.get("schedule"))
        ]


def attempts_of(events: list[Told], mapping: TenantMapping) -> list[ToldAttempt]:
    """The attempts of an application; none if it counts nowhere. `events` may come in any order."""
    told = tell(events)
    if is_deleted(told, mapping.deleted_candidates):
        return []
    story = _undoings_last(in_chain(in_order(without_repetitions(without_reset(told)))), mapping)
    attempts: list[ToldAttempt] = []
    before: LastKnown | None = None
    for part in split(story, mapping):
        attributes = with_channels(attributes_of(part, story, before), mapping)
        meanings = _meanings(story, attributes.job, mapping)
        stack = EndingStack(meanings, _renamed(story))
        for place, event in part:
            stack.tell(event, place)
        kind = kind_of([event for _, event in part], told)
        before = attributes
        attempts.append(
            ToldAttempt(
                story=story,
                events=part,
                attributes=attributes,
                meanings=meanings,
                endings=stack,
                mapping=mapping,
                calendar=Calendar(mapping),
                is_application=kind not in {"prospect", "pool"}
                and (kind != "lead" or _left_the_leads(part, meanings)),
            )
        )
    return attempts


def _left_the_leads(part: list[tuple[int, Told]], meanings: Meanings) -> bool:
    """Whether a lead was ever in a stage of a milestone that is not the leads'."""
    told = [
        meanings.stage(event, event.data[name]).milestone
        for _, event in part
        for name in ("stage", "to_stage", "from_stage")
        if event.data.get(name) and event.kind.startswith("application.")
    ]
    return any(milestone not in {None, "lead"} for milestone in told)


def split(story: list[Told], mapping: TenantMapping) -> list[list[tuple[int, Told]]]:
    """The own events of each attempt, with their places; an entity stays with the attempt that told it first."""
    own = [(place, event) for place, event in enumerate(story) if not event.is_context]
    own = [(place, event) for place, event in own if not event.is_cost]
    parts: list[list[tuple[int, Told]]] = [[]]
    for place, event in own:
        if _begins_again(event) and _is_ended(parts[-1], story, mapping):
            parts.append([])
        parts[_attempt_of(event, parts)].append((place, event))
    return [sorted(part) for part in parts if part]


def _begins_again(event: Told) -> bool:
    return event.kind == CREATED and bool(event.data.get("is_reapplication"))


def _is_ended(part: list[tuple[int, Told]], story: list[Told], mapping: TenantMapping) -> bool:
    return bool(part) and bool(_stack_of(part, story, mapping).endings)


def _stack_of(
    part: list[tuple[int, Told]], story: list[Told], mapping: TenantMapping
) -> EndingStack:
    job = attributes_of(part, story, None).job
    stack = EndingStack(_meanings(story, job, mapping), _renamed(story))
    for place, event in part:
        stack.tell(event, place)
    return stack


def _attempt_of(event: Told, parts: list[list[tuple[int, Told]]]) -> int:
    """The attempt that told the event's interview, scorecard or offer first, else the present one."""
    names = [event.data.get(name) for name in ENTITIES.values()]
    for number, part in enumerate(parts[:-1]):
        for _, earlier in part:
            others = [earlier.data.get(name) for name in ENTITIES.values()]
            if any(
                name is not None and name == other
                for name, other in zip(names, others, strict=True)
            ):
                return number
    return len(parts) - 1


def _meanings(story: list[Told], job: str | None, mapping: TenantMapping) -> Meanings:
    pipelines = [
        event
        for event in story
        if event.kind == "pipeline.defined" and job is not None and event.data.get("job_id") == job
    ]
    return Meanings(mapping, pipelines, _renamed(story))


def _renamed(story: list[Told]) -> dict[str, str]:
    """The new id of each stage id that a pipeline renamed, by the last word on it."""
    return {
        move["from_id"]: move["to_id"]
        for event in story
        if event.kind == "pipeline.remapped"
        for move in event.data.get("moves") or ()
    }


def _undoings_last(story: list[Told], mapping: TenantMapping) -> list[Told]:
    """Put an undoing that finds nothing to undo after the first ending of its instant that it could undo."""
    for _ in range(len(story)):
        moved = _one_undoing_later(story, mapping)
        if moved is None:
            return story
        story = moved
    return story


def _has_sequence(story: list[Told], at: int) -> bool:
    """Whether the system that sent the events of an instant said in which order they happened."""
    instant = [event for event in story if event.at == at and not event.is_context]
    return all(
        event.sequence is not None
        for event in instant
        if event.kind != CREATED or _begins_again(event)
    )


def _one_undoing_later(story: list[Told], mapping: TenantMapping) -> list[Told] | None:
    for part in split(story, mapping):
        for number, (place, undoing) in enumerate(part):
            if undoing.kind not in {REOPENED, UNHIRED} or _has_sequence(story, undoing.at):
                continue
            stack = _stack_of(part[: number + 1], story, mapping)
            if not stack.found_nothing:
                continue
            for later, event in part[number + 1 :]:
                if event.at == undoing.at and stack.could_undo(undoing, event):
                    rest = [*story[:place], *story[place + 1 : later + 1]]
                    return [*rest, undoing, *story[later + 1 :]]
    return None
