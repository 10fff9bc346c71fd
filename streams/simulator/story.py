"""Generates the vendor-independent story of one application: beats in time order."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from streams.simulator.company import Company

UNDO_RATES = {"rejected": 0.03, "hired": 0.1}  # share of endings that are reversed
BACKWARD_MOVE_RATE = 0.03  # share of stage changes that are reversed a day later
WITHDRAWAL_RATE = 0.08  # probability of 辞退 at each stage
OFFICE_HOURS = (9, 19)


@dataclass(frozen=True, kw_only=True)
class Beat:
    """One event of a story. `stage` is an index into the company's stages, `interviewer` a user id."""

    at: datetime
    kind: str
    stage: int = 0
    interviewer: int = 0
    positive: bool = False


@dataclass(frozen=True, kw_only=True)
class Message:
    """One webhook of a beat, before signing; `event` is the vendor's event name."""

    event: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Story:
    """One application with all its beats."""

    number: int
    company: Company
    channel: str
    job_index: int
    recruiter: int
    applied: datetime
    beats: list[Beat] = field(default_factory=list)


def next_office_hour(moment: datetime, rng: random.Random) -> datetime:
    """Return the first time at or after `moment` in weekday office hours."""
    if not OFFICE_HOURS[0] <= moment.hour < OFFICE_HOURS[1]:
        days = 1 if moment.hour >= OFFICE_HOURS[1] else 0
        moment = (moment + timedelta(days=days)).replace(
            hour=OFFICE_HOURS[0], minute=rng.randrange(60)
        )
    while moment.weekday() >= 5:
        moment += timedelta(days=1)
    return moment.replace(microsecond=0)


class _StoryBuilder:
    """Builds one story; holds its clock and random generator."""

    def __init__(self, story: Story, lift: float, rng: random.Random) -> None:
        self.story, self.lift, self.rng = story, lift, rng
        self.now = story.applied

    def add_beat(  # noqa: PLR0913, PLR0917 - the fields of a beat
        self,
        kind: str,
        low: float,
        high: float,
        stage: int = 0,
        interviewer: int = 0,
        positive: bool = False,
    ) -> None:
        """Add a beat `low` to `high` hours later, in office hours."""
        self.now = next_office_hour(
            self.now + timedelta(hours=self.rng.uniform(low, high)), self.rng
        )
        self.story.beats.append(
            Beat(at=self.now, kind=kind, stage=stage, interviewer=interviewer, positive=positive)
        )

    def maybe_undo(self, kind: str, stage: int) -> bool:
        """Reverse an ending with the configured probability; return whether it was reversed."""
        if self.rng.random() >= UNDO_RATES[kind]:
            return False
        self.add_beat(f"un{kind}", 2, 30, stage=stage)
        return True

    def build(self) -> None:
        """Add all beats from application to ending."""
        self.story.beats.append(Beat(at=self.now, kind="applied"))
        for stage in range(len(self.story.company.stages)):
            self.add_beat("moved", 3, 60, stage=stage)
            if stage and self.rng.random() < BACKWARD_MOVE_RATE:
                self.add_beat("moved", 2, 20, stage=stage - 1)
                self.add_beat("moved", 10, 40, stage=stage)
            if not self.run_stage(stage):
                return
        last = len(self.story.company.stages) - 1
        self.add_beat("hired", 20, 90, stage=last)
        if self.maybe_undo("hired", last):
            self.add_beat("withdrawn", 5, 40, stage=last)

    def run_stage(self, stage: int) -> bool:
        """Add the beats of one stage; return whether it was passed."""
        _, _, rate, has_interview = self.story.company.stages[stage]
        passes = self.rng.random() < min(0.95, rate * self.lift)
        if self.rng.random() < WITHDRAWAL_RATE:
            self.add_beat("withdrawn", 5, 80, stage=stage)
            return False
        if has_interview:
            interviewer = self.story.company.first_user_id + self.rng.randrange(12)
            self.add_beat("scheduled", 4, 40, stage=stage, interviewer=interviewer)
            self.add_beat("met", 24, 120, stage=stage, interviewer=interviewer)
            self.add_beat("scored", 1, 30, stage=stage, interviewer=interviewer, positive=passes)
        if stage == len(self.story.company.stages) - 1:
            self.add_beat("offered", 2, 24, stage=stage)
            self.add_beat("answered", 24, 120, stage=stage, positive=passes)
        if passes:
            return True
        ending = "withdrawn" if stage == len(self.story.company.stages) - 1 else "rejected"
        self.add_beat(ending, 5, 60, stage=stage)
        if ending == "rejected" and self.maybe_undo("rejected", stage):
            self.add_beat("rejected", 20, 60, stage=stage)
        return False


def generate_story(number: int, company: Company, applied: datetime, rng: random.Random) -> Story:
    """Return the story of application `number`, deterministic by the state of `rng`."""
    channel, _, lift = rng.choices(
        company.channels, weights=[weight for _, weight, _ in company.channels]
    )[0]
    story = Story(
        number=number,
        company=company,
        channel=channel,
        job_index=rng.randrange(len(company.jobs)),
        recruiter=company.first_user_id + 100 + rng.randrange(4),
        applied=applied,
    )
    _StoryBuilder(story, lift, rng).build()
    return story
