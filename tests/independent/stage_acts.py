"""Acts about stages and endings: moves, returns, side steps, endings, hires, undoings, corrections."""

from datetime import timedelta
from typing import Any

from tests.independent.companies import ENDINGS, MAIN_LINE, SIDE_STEPS, STAGES, stage
from tests.independent.meeting_acts import interview
from tests.independent.teller import Teller

RECRUITERS = ("r1", "r2", "r3")
PARTIES = {"rejected": "company", "withdrawn": "candidate", "closed": "neither"}
REASONS = (
    None,
    {"name": "辞退"},
    {"name": "重複応募"},
    {"name": "二重応募"},
    {"name": "Timing"},
    {"name": "条件不一致"},
    {"id": "r-hired", "name": "採用"},
    {"name": "求人終了"},
)


def move(teller: Teller, target: str | None = None) -> None:
    """A move: mostly on along the main line, sometimes anywhere."""
    dice = teller.dice
    if target is None:
        here = MAIN_LINE.index(teller.stage) if teller.stage in MAIN_LINE else teller.place
        step = dice.choices([1, 2, 0, -1, -2], [8, 3, 1, 2, 1])[0]
        target = MAIN_LINE[max(0, min(len(MAIN_LINE) - 1, here + step))]
        if dice.random() < 0.12:
            target = dice.choice(list(STAGES))
    if target in MAIN_LINE:
        teller.place = MAIN_LINE.index(target)
    left = stage(teller.stage) if teller.names_stage_left or dice.random() < 0.1 else None
    if left is not None and dice.random() < 0.1:
        left = stage(dice.choice(list(MAIN_LINE[:-1])))
    if left is not None and left["id"] == target:
        left = None
    to_stage = stage(target)
    if dice.random() < 0.05:
        to_stage.pop("name")
    teller.tell(
        "application.stage_changed",
        to_stage=to_stage,
        from_stage=left,
        actor=teller.actor(),
        entered_at=teller.maybe((teller.clock - timedelta(hours=3)).isoformat(), 0.05),
    )
    teller.stage = target


def side_step(teller: Teller) -> None:
    """A test, a talk or a reference check; often back or on at once."""
    move(teller, teller.dice.choice(SIDE_STEPS))
    if teller.dice.random() < 0.6:
        teller.wait()
        back = teller.dice.random() < 0.4
        move(teller, MAIN_LINE[teller.place] if back else None)


def back_and_on(teller: Teller) -> None:
    """Back to a stage before, and on again."""
    before = max(0, teller.place - teller.dice.randint(1, 2))
    ahead = MAIN_LINE[teller.place]
    move(teller, MAIN_LINE[before])
    teller.wait()
    if teller.dice.random() < 0.5:
        interview(teller)
        teller.wait()
    move(teller, ahead)


def moves_at_once(teller: Teller) -> None:
    """Two or three moves of one instant, each naming the stage left, told in any order."""
    first = len(teller.events)
    names, teller.names_stage_left = teller.names_stage_left, True
    for _ in range(teller.dice.randint(2, 3)):
        move(teller, MAIN_LINE[min(len(MAIN_LINE) - 1, teller.place + 1)])
    told = teller.events[first:]
    teller.dice.shuffle(told)
    teller.events[first:] = told
    teller.names_stage_left = names


def column_of_endings(teller: Teller) -> None:
    """A board's column for those who left."""
    move(teller, teller.dice.choice(ENDINGS))


def hold(teller: Teller) -> None:
    """A column whose meaning nobody said."""
    move(teller, teller.dice.choice(["s-hold", "s-x"]))


def end(teller: Teller, name: str | None = None) -> None:
    """An ending, sometimes with the stage, a reason or an odd party."""
    dice = teller.dice
    name = name or dice.choice(["rejected", "rejected", "withdrawn", "withdrawn", "closed"])
    party = PARTIES[name]
    if dice.random() < 0.15:
        party = dice.choice(["company", "candidate", "neither", "unknown"])
    teller.tell(
        f"application.{name}",
        party=party,
        reason=dice.choice(REASONS) if dice.random() < 0.4 else None,
        stage=teller.maybe(stage(dice.choice([teller.stage, teller.stage, "s-i1", "z-re"])), 0.2),
        actor=teller.actor(),
    )


def end_twice(teller: Teller) -> None:
    """An ending, and soon another word on it."""
    end(teller)
    teller.wait()
    end(teller)


def hire(teller: Teller) -> None:
    """A hire, sometimes with a start date, later closed with the job."""
    dice = teller.dice
    start = (teller.clock + timedelta(days=dice.randint(1, 90))).date().isoformat()
    teller.tell(
        "application.hired",
        start_date=teller.maybe(start, 0.3),
        stage=teller.maybe(stage("s-hi"), 0.15),
        actor=teller.actor(),
    )
    if dice.random() < 0.3:
        teller.wait()
        end(teller, dice.choice(["closed", "withdrawn", "rejected"]))


def undo(teller: Teller) -> None:
    """Something is undone, by an event or by a snapshot."""
    dice = teller.dice
    name = dice.choice(["reopened", "unhired", "updated"])
    more: dict[str, Any] = {"stage": teller.maybe(stage(teller.stage), 0.4)}
    if name == "updated":
        more["application"] = {"active": dice.choice([True, False])}
    teller.tell(f"application.{name}", actor=teller.actor(), **more)


def end_and_undo(teller: Teller) -> None:
    """An ending or a hire that was a mistake; both may bear one instant, in any order."""
    first = len(teller.events)
    hired = teller.dice.random() < 0.5
    if hired:
        teller.tell("application.hired")
    else:
        end(teller)
    if teller.dice.random() < 0.5:
        teller.wait()
    teller.tell("application.unhired" if hired else "application.reopened")
    if teller.dice.random() < 0.3:
        teller.events[first:] = reversed(teller.events[first:])


def reapply(teller: Teller) -> None:
    """The candidate applies again under the same id."""
    if teller.dice.random() < 0.7:
        end(teller)
        teller.wait()
    teller.stage, teller.place = "s-sc", 1
    teller.tell(
        "application.created",
        application={"applied_at": teller.maybe(teller.clock.isoformat(), 0.6)},
        is_reapplication=True,
        stage=teller.maybe(stage("s-sc"), 0.8),
        channel=teller.maybe({"id": "LinkedIn"}, 0.3),
        owners=teller.maybe({"recruiter_id": "r3"}, 0.3),
    )


def correct(teller: Teller) -> None:
    """Another owner, channel, job, kind or day of application."""
    dice = teller.dice
    day = (teller.start + timedelta(hours=dice.randint(-100, 400))).isoformat()
    kind, more = dice.choice(
        [
            ("owner_changed", {"owners": {"recruiter_id": dice.choice(RECRUITERS)}}),
            ("owner_changed", {"owners": {"recruiter_id": dice.choice(RECRUITERS)}}),
            ("channel_changed", {"channel": {"id": "リファラル"}}),
            ("updated", {"touches": [{"id": "doda"}, {"id": "scout"}, {"id": "doda"}]}),
            ("updated", {"application": {"applied_at": day}}),
            ("updated", {"application": {"kind": dice.choice(["lead", "application", "pool"])}}),
            ("updated", {"dims": {"department": "営業", "location": "大阪"}}),
            ("updated", {"stage": stage(teller.stage)}),
        ]
    )
    teller.tell(f"application.{kind}", **more)


def transfer(teller: Teller) -> None:
    """The application goes to another job."""
    teller.job = teller.dice.choice(["j1", "j2", "j3"])
    teller.stage, teller.place = "s-sc", 1
    teller.tell("application.transferred", stage=teller.maybe(stage("s-sc"), 0.7))
