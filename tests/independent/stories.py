"""Generated stories: everything that can happen to one application, in any order, from one seed."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.independent import context_acts, meeting_acts, outcome_acts, stage_acts
from tests.independent.teller import Act, Teller

JsonEvent = dict[str, Any]

# How often each act comes, against the others.
ACTS: dict[Act, float] = {
    stage_acts.move: 12,
    stage_acts.side_step: 3,
    stage_acts.back_and_on: 3,
    stage_acts.moves_at_once: 1,
    stage_acts.column_of_endings: 1,
    stage_acts.hold: 1,
    stage_acts.end: 3,
    stage_acts.end_twice: 1.5,
    stage_acts.hire: 3,
    stage_acts.undo: 1.5,
    stage_acts.end_and_undo: 2,
    stage_acts.reapply: 1,
    stage_acts.correct: 3,
    stage_acts.transfer: 0.5,
    meeting_acts.interview: 5,
    meeting_acts.calendar_change: 1.5,
    meeting_acts.listing: 1.5,
    meeting_acts.scorecard: 2,
    meeting_acts.met_and_scored: 3,
    outcome_acts.offer: 4,
    outcome_acts.employment: 1.5,
    outcome_acts.rating: 0.7,
    outcome_acts.log_record: 0.5,
}
CONTEXT_ACTS: dict[Act, float] = {
    context_acts.job: 5,
    context_acts.seat: 2,
    context_acts.pipeline: 5,
    context_acts.renamed: 1,
    context_acts.merged: 1,
    context_acts.deleted: 0.7,
    context_acts.cost_of_hire: 1.5,
}


@dataclass(frozen=True, kw_only=True)
class Story:
    """The events of one application and what reaches it, in packs in the order of arrival; `company` is a number."""

    seed: int
    company: int
    packs: tuple[tuple[JsonEvent, ...], ...]

    @property
    def records(self) -> list[bytes]:
        """The packs as Kafka records."""
        return [json.dumps({"v": 1, "events": list(pack)}).encode() for pack in self.packs]

    def without(self, number: int) -> "Story":
        """The story without its event of that number."""
        packs, left = [], number
        for pack in self.packs:
            packs.append(pack[:left] + pack[left + 1 :] if 0 <= left < len(pack) else pack)
            left -= len(pack)
        return Story(
            seed=self.seed, company=self.company, packs=tuple(pack for pack in packs if pack)
        )

    @property
    def events(self) -> list[JsonEvent]:
        """All events in the order of arrival."""
        return [event for pack in self.packs for event in pack]


def story(seed: int) -> Story:
    """Return the story of a seed, always the same."""
    dice = Random(seed)
    teller = Teller(dice, start=datetime(2026, 3, 30, tzinfo=UTC))
    teller.begin()
    acts, weights = zip(*ACTS.items(), strict=True)
    for act in dice.choices(acts, weights, k=dice.randint(2, 14)):
        act(teller)
        teller.wait()
    if dice.random() < 0.5:
        contexts, weights = zip(*CONTEXT_ACTS.items(), strict=True)
        for act in dice.choices(contexts, weights, k=dice.randint(1, 3)):
            teller.clock = teller.start + timedelta(hours=dice.randint(-200, 1_500))
            act(teller)
    if dice.random() < 0.15:
        _tell_again(teller.events, dice)
    if dice.random() < 0.25:
        _number(teller.events, dice)
    return Story(seed=seed, company=dice.randint(0, 29), packs=_arrivals(teller.events, dice))


def _tell_again(events: list[JsonEvent], dice: Random) -> None:
    """Some event is told again under another id."""
    event = dice.choice(events)
    events.append(json.loads(json.dumps(event)) | {"id": f"{dice.getrandbits(128):032x}"})


def _number(events: list[JsonEvent], dice: Random) -> None:
    """A source numbers its events, or most of them."""
    leaves_out = dice.random() < 0.3
    for number, event in enumerate(events):
        if not (leaves_out and dice.random() < 0.2):
            event["sequence"] = str(number)


def _arrivals(events: list[JsonEvent], dice: Random) -> tuple[tuple[JsonEvent, ...], ...]:
    """Packs of one to four events: in order, somewhat late, or shuffled; some events arrive twice."""
    spread = dice.choice([0, 0, 3, len(events)])
    order = sorted(range(len(events)), key=lambda number: number + dice.random() * spread)
    arriving = [events[number] for number in order]
    arriving += [event for event in events if dice.random() < 0.05]
    packs = []
    while arriving:
        size = dice.choice([1, 1, 2, 4])
        packs.append(tuple(arriving[:size]))
        arriving = arriving[size:]
    return tuple(packs)


def as_table(told: Story) -> str:
    """The story as a person reads it: one event a line, in order of time."""
    lines = [f"seed {told.seed}, company {told.company}"]
    places = [
        (event["time"], offset, index, event)
        for offset, pack in enumerate(told.packs)
        for index, event in enumerate(pack)
    ]
    for time, offset, index, event in sorted(places, key=lambda place: place[:3]):
        name = event["type"].removeprefix("recruit.").removesuffix(".v1")
        more = {key: value for key, value in event["data"].items() if value not in (None, [], {})}
        system = event["source"].rpartition(":")[2]
        sequence = f" #{event['sequence']}" if event.get("sequence") else ""
        body = json.dumps(more, ensure_ascii=False)
        lines.append(f"  {time} {offset}.{index}{sequence} {system} {name} {body}")
    return "\n".join(lines)
