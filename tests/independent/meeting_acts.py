"""Acts about interviews and scorecards."""

from datetime import timedelta
from typing import Any

from tests.independent.companies import stage
from tests.independent.teller import PEOPLE, Teller


def _dates(teller: Teller, name: str) -> dict[str, str | None]:
    """The times of an interview, if the system says them: mostly right, sometimes nonsense."""
    dice = teller.dice
    if dice.random() < 0.25:
        return {}
    start = teller.dates.get(name)
    if start is None or dice.random() < 0.15:
        start = teller.clock + timedelta(hours=dice.choice([-30, -2, 2, 26, 100]))
    teller.dates[name] = start
    minutes = dice.choice([60, 60, 60, 30, -120, 3_000])
    end = (start + timedelta(minutes=minutes)).isoformat()
    return {"start": start.isoformat(), "end": end if dice.random() < 0.85 else None}


def _tell(teller: Teller, kind: str, name: str, **more: Any) -> None:
    dice = teller.dice
    data = {
        "interview_id": name,
        "interviewers": teller.panel() if dice.random() < 0.7 else None,
        "round": dice.choice([1, 2, 3]) if dice.random() < 0.12 else None,
        "stage": stage(dice.choice(["s-i1", "s-i2", "s-on"])) if dice.random() < 0.08 else None,
        "actor": teller.actor(),
    }
    teller.tell(f"interview.{kind}", **(data | _dates(teller, name) | more))


def interview(teller: Teller) -> None:
    """One interview, or a part of its life: scheduled, moved, cancelled, put back, held, missed, deleted."""
    dice = teller.dice
    name = f"i{dice.randint(1, 4)}"
    lives = [
        ["scheduled", "completed"],
        ["scheduled", "rescheduled", "completed"],
        ["scheduled", "no_show", "rescheduled", "completed"],
        ["scheduled", "cancelled"],
        ["scheduled", "cancelled", "scheduled", "completed"],
        ["completed"],
        ["completed", "no_show"],
        ["no_show", "completed"],
        ["scheduled", "completed", "deleted"],
        ["deleted"],
        ["rescheduled"],
        ["cancelled"],
    ]
    weights = [8, 4, 3, 2, 2, 4, 1, 1, 1, 0.5, 0.5, 0.5]
    for number, kind in enumerate(dice.choices(lives, weights)[0]):
        if number:
            teller.wait()
        if kind == "rescheduled" and dice.random() < 0.8:
            teller.dates.pop(name, None)
        _tell(teller, kind, name)


def calendar_change(teller: Teller) -> None:
    """A calendar moves an interview by cancelling it and creating another under the same schedule."""
    dice, schedule = teller.dice, f"sch{teller.dice.randint(1, 2)}"
    old, new = dice.sample(["c1", "c2", "c3"], 2)
    _tell(teller, "scheduled", old, schedule_id=schedule)
    teller.wait()
    pair = [("cancelled", old), ("scheduled", new)]
    if dice.random() < 0.3:
        pair.reverse()
    for kind, name in pair:
        _tell(teller, kind, name, schedule_id=schedule)
        teller.clock += timedelta(seconds=dice.choice([0, 5, 300, 900]))
    if dice.random() < 0.6:
        teller.wait()
        outcome = dice.choice(["completed", "completed", "no_show", "cancelled"])
        _tell(teller, outcome, new, schedule_id=teller.maybe(schedule))


def listing(teller: Teller) -> None:
    """A schedule is listed as a whole, some of its interviews being gone or back."""
    dice, schedule = teller.dice, f"sch{teller.dice.randint(1, 2)}"
    names = ["c1", "c2", "c3", "i1"]
    for number in range(dice.choice([1, 2, 3])):
        if number:
            teller.wait()
        listed = dice.sample(names, dice.choice([0, 0, 1, 1, 2]))
        teller.tell("application.updated", schedule={"id": schedule, "interview_ids": listed})
        if listed and dice.random() < 0.5:
            _tell(teller, "scheduled", dice.choice(listed), schedule_id=teller.maybe(schedule, 0.8))


def scorecard(teller: Teller) -> None:
    """A scorecard is requested, submitted, edited or deleted."""
    dice = teller.dice
    name = f"f{dice.randint(1, 3)}"
    kinds = ["submitted", "submitted", "submitted", "updated", "requested", "deleted"]
    for kind in dice.choices(kinds, k=dice.choice([1, 1, 2])):
        at = (teller.clock - timedelta(hours=dice.randint(0, 40))).isoformat()
        teller.tell(
            f"feedback.{kind}",
            feedback_id=name,
            interviewer_id=teller.maybe(dice.choice(PEOPLE), 0.85),
            decision=dice.choice([-2, -1, 0, 1, 2, None]),
            interview_id=teller.maybe(dice.choice(["i1", "i2", "c1", "c2", "i9"]), 0.5),
            submitted_at=teller.maybe(at, 0.2),
            actor=teller.actor(),
        )
        teller.wait()


def met_and_scored(teller: Teller) -> None:
    """An interview is held, and its people score."""
    interview(teller)
    teller.wait()
    scorecard(teller)
