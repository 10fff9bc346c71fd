"""A breach: a stretch of days on which a KPI of one member is off target, with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from schemas.cells import HIRING_MANAGER, INTERVIEWER, RECRUITER
from schemas.events.application import FrozenModel
from schemas.planning.targets import Direction

# Dimensions whose members are persons, who never appear as a label.
PERSON_DIMENSIONS = (INTERVIEWER, RECRUITER, HIRING_MANAGER)
Severity = Literal["critical", "warning", "info"]  # page, ticket, mention
Ending = Literal["recovered", "no_cases", "corrected", "withdrawn"]


# The kinds whose records do not state their kind, because they were written before others existed.
_IMPLIED_KINDS = ("threshold", "service_level")


def _implied_kind(fields: Mapping[str, Any]) -> str:
    """The kind of a record that does not state it: only a service level has `limit_days`."""
    return _IMPLIED_KINDS[fields.get("limit_days") is not None]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of a rule that decide whether a day is off target, in the units of `Breach`; without a window it has 0 days."""

    direction: Direction
    target: float
    window_days: int = 0
    limit_days: int | None = None
    false_alarms_a_year: float | None = None


class Evidence(FrozenModel):
    """The numbers behind a breach: its value and sample; for a rate also its 90 % interval.

    `members` is how many members share the rule's budget of false alarms, `expected` the value without a change, `baseline` the own
    cases before the change and `classes` the classes (stages) that are compared one by one. For waiting cases, `oldest` is the longest wait in
    days. Only records of earlier versions have a `probability`: that the rate was worse than its target, at one look.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    probability: float | None = None
    oldest: int | None = None
    members: int | None = None
    expected: float | None = None
    baseline: int | None = None
    classes: int | None = None


class Segment(FrozenModel):
    """The member of another dimension that is the cause: `missing` cases, out of `n`; `past` is its own rate before."""

    dimension: str
    member: str
    value: float
    n: int
    missing: float
    past: float | None = None


class Split(FrozenModel):
    """The change of a share from `before` to the window: the effects of the rates and of the mix of a dimension's members."""

    dimension: str
    before: float
    rate: float
    mix: float


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why a KPI is off target: the single segment, if there is one, and the split; `searched` segments were compared."""

    segment: Segment | None = None
    split: Split | None = None
    searched: int = 0


class Breach(FrozenModel):
    """The current state of a breach; the record of the topic `kpi-breaches`, whose key is `key`.

    `opened` identifies it permanently. `since` is the local day on which it began according to today's cells, `until` the day on
    which it ended, `judged` the last day evaluated. `told` and `ended` are when it was first written and when its ending was. An
    ending is `recovered`, `no_cases` (none are left in the window), `corrected` (late events show that it never happened) or
    `withdrawn` (the rule was removed or changed). `false_alarms_a_year` is the rule's budget over all its members. `kind` is the kind of its rule; a record omits it where `limit_days` implies it.
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
    false_alarms_a_year: float | None = None
    kind: str = Field(default_factory=_implied_kind, exclude_if=_IMPLIED_KINDS.__contains__)
    opened: date
    since: date
    until: date | None = None
    judged: date
    evidence: Evidence
    segment: Segment | None = None
    split: Split | None = None
    told: AwareDatetime
    ended: AwareDatetime | None = None

    @property
    def key(self) -> bytes:
        """The record's key."""
        return f"{self.tenant}/{self.id}".encode()

    @property
    def active(self) -> bool:
        """Whether the breach is still open."""
        return self.state != "resolved"

    @property
    def personal(self) -> bool:
        """Whether its member is a person."""
        return self.dimension in PERSON_DIMENSIONS

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """The rule and the member it is about, regardless of the time."""
        return (self.tenant, self.rule, self.dimension, self.member)

    def equivalent(self, other: "Breach") -> bool:
        """Whether both records state the same facts, regardless of when they were written."""
        aligned = self.model_copy(update={"state": other.state, "told": other.told})
        return aligned.active == other.active and aligned.model_copy(update={"ended": None}) == (
            other.model_copy(update={"ended": None})
        )


def breach_id(tenant: str, rule: str, dimension: str, member: str, opened: date) -> str:
    """The id of a breach, derived from its content: replaying the same cells yields the same id."""
    parts = (tenant, rule, dimension, member, opened.isoformat())
    return sha256("\x1f".join(parts).encode()).hexdigest()[:16]
