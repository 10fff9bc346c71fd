"""A breach: one stretch of days in which a KPI of a member is off target, and what is told of it."""

from datetime import date
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from schemas.alerting.rules import Severity
from schemas.cells import HIRING_MANAGER, INTERVIEWER, RECRUITER
from schemas.events.application import FrozenModel
from schemas.planning.targets import Direction

PEOPLE = (INTERVIEWER, RECRUITER, HIRING_MANAGER)  # their members are persons: never a label
Ending = Literal["recovered", "no_cases", "corrected", "withdrawn"]


class Evidence(FrozenModel):
    """What a breach rests on: the window's value and n; of a rate its 90 % interval and P(worse than the target).

    Of a service level the value is how many are overdue, n how many wait, `oldest` the longest wait in days.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    probability: float | None = None
    oldest: int | None = None


class Segment(FrozenModel):
    """The member of another dimension that most of it comes from: `missing` cases, of `n`."""

    dimension: str
    member: str
    value: float
    n: int
    missing: float


class Breach(FrozenModel):
    """One breach as it is known now; the record of the topic `kpi-breaches`, whose key is `key`.

    `opened` names it for ever. `since` is the first local day off target as the cells say today, `until` the day on which
    it ended, `judged` the last day that was looked at. `told` and `ended` are when it was first written and when its ending
    was. An ending is `recovered`, `no_cases` (none are left in the window), `corrected` (late events say that it never was)
    or `withdrawn` (the rule is gone, or was changed). With `limit_days` it is of a service level: more than `target` cases wait longer.
    """

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    tenant: str
    rule: str
    kpi: str
    dimension: str
    member: str
    owner: str
    severity: Severity
    language: Literal["ja", "en"]
    state: Literal["opened", "updated", "resolved"]
    ending: Ending | None = None
    direction: Direction
    target: float
    window_days: int
    limit_days: int | None = None
    opened: date
    since: date
    until: date | None = None
    judged: date
    evidence: Evidence
    segment: Segment | None = None
    told: AwareDatetime
    ended: AwareDatetime | None = None

    @property
    def key(self) -> bytes:
        """Of its record."""
        return f"{self.tenant}/{self.id}".encode()

    @property
    def active(self) -> bool:
        """Whether somebody should do something."""
        return self.state != "resolved"

    @property
    def personal(self) -> bool:
        """Whether its member is a person."""
        return self.dimension in PEOPLE

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """Which rule of whom it breaks, whenever."""
        return (self.tenant, self.rule, self.dimension, self.member)

    def same(self, other: "Breach") -> bool:
        """Whether the two say the same, whenever it was said."""
        mine = self.model_copy(update={"state": other.state, "told": other.told})
        return mine.active == other.active and mine.model_copy(update={"ended": None}) == (
            other.model_copy(update={"ended": None})
        )


def identity(tenant: str, rule: str, dimension: str, member: str, opened: date) -> str:
    """The id of a breach, made of what it is about: a replay of the same cells makes the same."""
    parts = (tenant, rule, dimension, member, opened.isoformat())
    return sha256("\x1f".join(parts).encode()).hexdigest()[:16]
