"""An alert rule: the keys that every kind shares, and what a kind must implement."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from schemas.alerting.breach import Breach, Cause, Evidence, Segment, Severity, Terms
from schemas.alerting.chart import Week, window_weeks
from schemas.alerting.episodes import Fold, Judgement, ReportedHistory
from schemas.cells import ALL, DECISION, DIMENSIONS, TOTAL, Basis, Tally
from schemas.events.application import FrozenModel, Text
from schemas.kpis.catalogue import BY_ID, definition_of, kpis_for
from schemas.kpis.definition import Kpi, Unit
from schemas.planning import references
from schemas.tenants.business_hours import IsHoliday, no_holiday
from schemas.tenants.config import Name
from schemas.text.units import format_number

EVERY = "*"  # every member of the dimension that has cells
# Folds the cells of one member up to a day, in the light of what was reported about it.
FoldMember = Callable[[str, ReportedHistory, int], Fold]
Days = Annotated[int, Field(ge=1, le=366)]


class AlertRule(FrozenModel):
    """One rule about one KPI. After an ending nothing opens for `cool_down_days`, by default as many as the kind states.

    `owner` is a role, never a person; `language` defaults to the company's.

    A kind is a subclass in a module of its own, listed in `schemas.alerting.kinds`. It adds its keys and implements the abstract
    methods: judging (`fold`, `terms`), describing, charts and backtests. Class methods speak of a breach without its rule, which
    may have changed since. Cells are keyed by local days since 1970-01-01.
    """

    kind: str
    id: Name
    tenant: Name
    kpi: str
    dimension: references.DimensionName = TOTAL
    member: references.MemberName = EVERY
    cool_down_days: Annotated[int, Field(ge=0, le=366)] | None = None
    owner: Text
    severity: Severity = "warning"
    language: Literal["ja", "en"] | None = None

    alert_name: ClassVar[str]  # Alertmanager's `alertname`, also a heading of the runbook
    basis: ClassVar[Basis] = DECISION  # the basis on which the rule's dimension must count the KPI
    default_cool_down: ClassVar[int] = 7

    @field_validator("kpi")
    @classmethod
    def check_kpi(cls, value: str) -> str:
        """Refuse an id that is not in the catalogue, and a KPI that this kind cannot watch."""
        references.check_kpi(value)
        if problem := cls.kpi_problem(BY_ID[value]):
            msg = f"{value} cannot be watched: {problem}"
            raise ValueError(msg)
        return value

    @field_validator("owner")
    @classmethod
    def check_owner(cls, value: str) -> str:
        """Refuse an address: people leave, roles stay."""
        if "@" in value or not value:
            raise ValueError("`owner` is a role such as hr_manager, not a person's address")
        return value

    @model_validator(mode="after")
    def check_consistency(self) -> Self:
        """Refuse a rule that could never be judged."""
        problem = _dimension_problem(self) or self.inconsistency()
        if problem:
            raise ValueError(problem)
        return self

    @property
    def definition(self) -> Kpi:
        """The KPI's entry in the catalogue."""
        return BY_ID[self.kpi]

    @property
    def cool_down(self) -> int:
        """The number of days after an ending on which nothing opens."""
        return self.default_cool_down if self.cool_down_days is None else self.cool_down_days

    def covers(self, dimension: str, member: str) -> bool:
        """Whether the rule watches that member."""
        return self.dimension == dimension and self.member in (EVERY, member)

    @classmethod
    def bases(cls) -> tuple[Basis, ...]:
        """The bases whose cells the kind reads."""
        return tuple(dict.fromkeys((DECISION, cls.basis)))

    # What the configuration may say.

    @classmethod
    @abstractmethod
    def kpi_problem(cls, kpi: Kpi) -> str:
        """Why rules of this kind cannot watch the KPI; empty if they can."""

    @classmethod
    def misplaced_key_problem(cls, key: str, kpi: object) -> str:
        """What to do about a key that only other kinds have."""
        return f"`{key}` has no effect on {kpi}; leave it out"

    @abstractmethod
    def inconsistency(self) -> str:
        """What to correct in a rule that could never be judged; empty if nothing."""

    # Judging.

    @property
    @abstractmethod
    def terms(self) -> Terms:
        """The terms that decide whether a day is off target, as breaches record them."""

    @abstractmethod
    def fold(self, days: Mapping[int, Tally], history: ReportedHistory, as_of: int) -> Fold:
        """Fold the cells of one member, day by day up to `as_of`, into its episodes; pure.

        Later days must not change earlier episodes as long as the cells stay the same. `fold_judgements` does it for a generator
        that judges day by day, which may keep state and receives whether an episode is open.
        """

    def prepare(
        self, members: Mapping[str, Mapping[int, Tally]], is_holiday: IsHoliday = no_holiday
    ) -> FoldMember:
        """The fold of any one of these members, given the cells of all that the rule watches; by default each by itself."""

        def fold_member(member: str, history: ReportedHistory, as_of: int) -> Fold:
            return self.fold(members.get(member, {}), history, as_of)

        return fold_member

    def window_e_values(
        self,
        members: Mapping[str, Mapping[int, Tally]],
        first: int,
        last: int,
        is_holiday: IsHoliday,
    ) -> dict[str, float]:
        """By member the evidence of these days alone that it misses its target or changed; empty if the kind weighs none.

        While nothing is wrong, the mean of each is at most 1, so that a list of many controls its false discoveries.
        """
        return {}

    def migration_advice(self) -> str:
        """What to write instead of keys of earlier versions, which have no effect any more; empty if there are none."""
        return ""

    @property
    def min_sample(self) -> int:
        """The smallest sample that is judged; with 0, a breach whose cases are gone has recovered."""
        return 0

    @property
    def fires_on_low_count(self) -> bool:
        """Whether the absence of events breaches the rule, which is conclusive only once all events have arrived."""
        return False

    def evidence(self, judgement: Judgement) -> Evidence:
        """The numbers shown for a judgement, rounded to meaningful digits."""
        return Evidence(
            value=rounded(judgement.value),
            n=judgement.n,
            oldest=judgement.oldest,
            members=judgement.members,
            expected=rounded(judgement.expected),
            baseline=judgement.baseline,
            classes=judgement.classes,
        )

    def find_cause(
        self, members: Mapping[tuple[str, str], Mapping[int, Tally]], as_of: int
    ) -> Cause:
        """The cause on `as_of` among members of other dimensions, given their cells; empty if the kind looks for none."""
        return Cause()

    # Describing.

    @classmethod
    @abstractmethod
    def summary(cls, breach: Breach) -> str:
        """One sentence in the breach's language: what, of which member, its value and its limit."""

    @classmethod
    @abstractmethod
    def evidence_sentences(cls, breach: Breach) -> list[str]:
        """What supports the value, in the breach's language; empty sentences are left out."""

    @classmethod
    def assumptions(cls, breach: Breach) -> str:
        """What must hold for the bound on false alarms, in the breach's language; empty if the kind claims none."""
        return ""

    @classmethod
    def segment_value(cls, segment: Segment, language: str) -> str:
        """The value of a main contributor in that language."""
        return format_number(segment.value, "ratio", language)

    @classmethod
    @abstractmethod
    def ends_when(cls, breach: Breach) -> str:
        """What must come about for the breach to end, in its language."""

    # Charts.

    @classmethod
    def reference_value(cls, breach: Breach) -> float:
        """The value that the charted values are compared with."""
        return breach.target

    @classmethod
    @abstractmethod
    def chart_heading(cls, breach: Breach, language: str) -> str:
        """The heading of the chart in that language."""

    @classmethod
    def chart_unit(cls, breach: Breach) -> Unit:
        """The unit of the charted values."""
        return definition_of(breach.kpi).unit

    @classmethod
    def chart_start(cls, breach: Breach, first_end: date) -> date:
        """The first day whose cells the chart needs if its first week ends on `first_end`."""
        return first_end - timedelta(days=breach.window_days - 1)

    @classmethod
    def chart_weeks(
        cls, breach: Breach, days: Mapping[int, Tally], week_ends: Sequence[date]
    ) -> list[Week]:
        """The value at the end of each week, oldest first, from the first week with cases."""
        return window_weeks(breach, days, week_ends)

    # Backtests.

    def weeks_until_seen(
        self, rates: tuple[float, float], weekly: float, members: int
    ) -> float | None:
        """The median weeks until a move between two rates is seen, with `weekly` cases of one of `members`; None if never."""
        return None

    @abstractmethod
    def describe(self) -> str:
        """The rule in one line of English."""

    @property
    def scope(self) -> str:
        """The KPI and the members, as part of a description."""
        members = self.dimension if self.member == EVERY else f"{self.dimension} {self.member}"
        return f"{self.kpi} of {members}"

    @abstractmethod
    def noise_advice(self) -> str:
        """What to change if the rule fires too often."""


def _dimension_problem(rule: AlertRule) -> str:
    if rule.dimension == TOTAL and rule.member not in (EVERY, ALL):
        dimensions = ", ".join(DIMENSIONS[1:])
        return f"`member` {rule.member!r} needs a `dimension` (known: {dimensions})"
    if rule.definition not in kpis_for(rule.dimension, rule.basis):
        valid_dimensions = [
            dimension
            for dimension in DIMENSIONS
            if rule.definition in kpis_for(dimension, rule.basis)
        ]
        return f"{rule.kpi} cannot be broken down by {rule.dimension}; use one of {', '.join(valid_dimensions)}"
    return ""


def rounded(value: float | None) -> float | None:
    """A number with the digits that are stored in a record."""
    return None if value is None else round(value, 6)
