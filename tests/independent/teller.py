"""Tells the events of one generated application, each at the present instant of a clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.independent.companies import COMPANY, SYSTEMS, stage

PEOPLE = ("p1", "p2", "p3")


class Teller:
    """Tells the events of one application, each at the present instant of its clock."""

    def __init__(self, dice: Random, start: datetime) -> None:
        """Begin at an instant; the same dice give the same story."""
        self.dice, self.start, self.clock = dice, start, start
        self.events: list[dict[str, Any]] = []
        self.system = dice.choices(list(SYSTEMS), [6, 2, 1, 1])[0]
        self.job = dice.choice(["j1", "j1", "j1", "j2", None])
        self.place = 0  # on the main line
        self.stage = "s-sc"
        self.dates: dict[str, datetime] = {}  # of interviews
        self.names_stage_left = dice.random() < 0.3

    def tell(self, name: str, /, **data: Any) -> dict[str, Any]:
        """Tell one event about the application."""
        application = {"id": "a1", "candidate_id": "c1", "job_id": self.job}
        application |= data.pop("application", {})
        data = {"application": {k: v for k, v in application.items() if v is not None}, **data}
        return self.put(name, data)

    def put(self, name: str, data: dict[str, Any], subject: str = "a1") -> dict[str, Any]:
        """Put any event into the story."""
        event = {
            "specversion": "1.0",
            "id": f"{self.dice.getrandbits(128):032x}",
            "source": f"urn:ats:{SYSTEMS[self.system]}:{COMPANY}:{self.system}",
            "type": f"recruit.{name}.v1",
            "time": self.clock.isoformat(),
            "recordedtime": self.clock.isoformat(),
            "tenant": COMPANY,
            "subject": subject,
            "data": {key: value for key, value in data.items() if value is not None},
        }
        self.events.append(event)
        return event

    def wait(self) -> None:
        """Let time pass: none, some seconds, hours or days."""
        self.clock += self.dice.choice(
            [
                timedelta(0),
                timedelta(0),
                timedelta(seconds=20),
                timedelta(seconds=61),
                *[timedelta(hours=self.dice.randint(1, 30))] * 5,
                *[timedelta(days=self.dice.randint(1, 9))] * 4,
            ]
        )

    def maybe(self, value: Any, chance: float = 0.5) -> Any:
        """The value or None."""
        return value if self.dice.random() < chance else None

    def begin(self) -> None:
        """The application is created, or only moved: its creation was never told."""
        if self.dice.random() < 0.06:
            return
        applied = self.clock
        if self.dice.random() < 0.1:
            applied += timedelta(hours=self.dice.choice([-50, -2, 2, 300]))
        self.stage = self.dice.choice(["s-ap", "s-sc", "s-sc", "s-ca"])
        self.tell(
            "application.created",
            application={
                "applied_at": self.maybe(applied.isoformat(), 0.9),
                "kind": self.dice.choice([None, None, "application", "application", "prospect"])
                if self.dice.random() < 0.2
                else None,
                "opening_id": self.maybe("op1", 0.1),
            },
            channel=self.maybe({"id": "doda", "detail": self.maybe("scout", 0.2)}, 0.8),
            owners=self.maybe(
                {
                    "recruiter_id": "r1",
                    "hiring_manager_ids": ["m1", "m2"][: self.dice.randint(0, 2)],
                },
                0.7,
            ),
            stage=self.maybe(stage(self.stage), 0.75),
            dims=self.maybe({"department": "開発"}, 0.2),
        )
        self.wait()

    def actor(self) -> dict[str, str] | None:
        """Who acts: mostly nobody says so."""
        kind = self.dice.choice([None, None, None, "user", "automation", "system", "candidate"])
        return None if kind is None else {"kind": kind}

    def panel(self) -> list[dict[str, str]]:
        """The people of an interview."""
        people = []
        for person in self.dice.sample(PEOPLE, self.dice.randint(0, 3)):
            entry = {"user_id": person}
            if self.dice.random() < 0.15:
                entry["role"] = self.dice.choice(["shadow", "lead"])
            if self.dice.random() < 0.15:
                entry["response"] = self.dice.choice(["accepted", "declined", "No"])
            people.append(entry)
        return people


Act = Callable[[Teller], None]
