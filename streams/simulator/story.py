"""What happens to one application, independent of any vendor: beats in time order."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from streams.simulator.company import Company

UNDONE = {"rejected": 0.03, "hired": 0.1}  # share of endings that are taken back
WENT_BACK = 0.03  # share of moves that are taken back a day later
WITHDREW = 0.08  # chance of 辞退 at each stage
OFFICE_HOURS = (9, 19)


@dataclass(frozen=True, kw_only=True)
class Beat:
    """One thing that happened. `stage` is an index into the company's stages, `person` an interviewer."""

    at: datetime
    what: str
    stage: int = 0
    person: int = 0
    good: bool = False


@dataclass(frozen=True, kw_only=True)
class Message:
    """One webhook of a beat, before it is signed; `event` is the vendor's own name of it."""

    event: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Story:
    """One application and all its beats."""

    number: int
    company: Company
    channel: str
    job: int
    recruiter: int
    applied: datetime
    beats: list[Beat] = field(default_factory=list)


def office(moment: datetime, rng: random.Random) -> datetime:
    """The next office hour at or after `moment`, on a weekday."""
    if not OFFICE_HOURS[0] <= moment.hour < OFFICE_HOURS[1]:
        days = 1 if moment.hour >= OFFICE_HOURS[1] else 0
        moment = (moment + timedelta(days=days)).replace(
            hour=OFFICE_HOURS[0], minute=rng.randrange(60)
        )
    while moment.weekday() >= 5:
        moment += timedelta(days=1)
    return moment.replace(microsecond=0)


class _StoryBuilder:
    """Writes one story; keeps the clock and the dice."""

    def __init__(self, story: Story, lift: float, rng: random.Random) -> None:
        self.story, self.lift, self.rng = story, lift, rng
        self.now = story.applied

    def beat(  # noqa: PLR0913, PLR0917 - the fields of a beat
        self,
        what: str,
        low: float,
        high: float,
        stage: int = 0,
        person: int = 0,
        good: bool = False,
    ) -> None:
        """Something happens between `low` and `high` hours later, in office hours."""
        self.now = office(self.now + timedelta(hours=self.rng.uniform(low, high)), self.rng)
        self.story.beats.append(Beat(at=self.now, what=what, stage=stage, person=person, good=good))

    def undo(self, what: str, stage: int) -> bool:
        """Now and then an ending is taken back, and happens again later."""
        if self.rng.random() >= UNDONE[what]:
            return False
        self.beat(f"un{what}", 2, 30, stage=stage)
        return True

    def tell(self) -> None:
        """From the application to its end."""
        self.story.beats.append(Beat(at=self.now, what="applied"))
        for stage in range(len(self.story.company.stages)):
            self.beat("moved", 3, 60, stage=stage)
            if stage and self.rng.random() < WENT_BACK:
                self.beat("moved", 2, 20, stage=stage - 1)
                self.beat("moved", 10, 40, stage=stage)
            if not self.stage(stage):
                return
        last = len(self.story.company.stages) - 1
        self.beat("hired", 20, 90, stage=last)
        if self.undo("hired", last):
            self.beat("withdrawn", 5, 40, stage=last)

    def stage(self, stage: int) -> bool:
        """What happens inside one stage; whether it was passed."""
        _, _, rate, interviewed = self.story.company.stages[stage]
        passes = self.rng.random() < min(0.95, rate * self.lift)
        if self.rng.random() < WITHDREW:
            self.beat("withdrawn", 5, 80, stage=stage)
            return False
        if interviewed:
            person = self.story.company.first_person + self.rng.randrange(12)
            self.beat("scheduled", 4, 40, stage=stage, person=person)
            self.beat("met", 24, 120, stage=stage, person=person)
            self.beat("scored", 1, 30, stage=stage, person=person, good=passes)
        if stage == len(self.story.company.stages) - 1:
            self.beat("offered", 2, 24, stage=stage)
            self.beat("answered", 24, 120, stage=stage, good=passes)
        if passes:
            return True
        ended = "withdrawn" if stage == len(self.story.company.stages) - 1 else "rejected"
        self.beat(ended, 5, 60, stage=stage)
        if ended == "rejected" and self.undo("rejected", stage):
            self.beat("rejected", 20, 60, stage=stage)
        return False


def tell(number: int, company: Company, applied: datetime, rng: random.Random) -> Story:
    """The story of application `number`; the same dice tell the same story."""
    channel, _, lift = rng.choices(
        company.channels, weights=[weight for _, weight, _ in company.channels]
    )[0]
    story = Story(
        number=number,
        company=company,
        channel=channel,
        job=rng.randrange(len(company.jobs)),
        recruiter=company.first_person + 100 + rng.randrange(4),
        applied=applied,
    )
    _StoryBuilder(story, lift, rng).tell()
    return story
