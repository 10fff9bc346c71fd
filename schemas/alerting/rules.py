"""Alert rules: which KPI of whom may not be worse than what, and who is told, in which language."""

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from schemas.cells import ALL, DECISION, DIMENSIONS, ENTRY, TOTAL
from schemas.events.application import FrozenModel, Text
from schemas.kpis.catalogue import BY_ID, of
from schemas.kpis.definition import Kpi
from schemas.planning import references
from schemas.planning.targets import Direction, number_of, wrong_way
from schemas.tenants.config import Name

EVERY = "*"  # every member of the dimension that has cells
Severity = Literal["critical", "warning", "info"]  # page, ticket, mention
Probability = Annotated[float, Field(gt=0, lt=1)]
Days = Annotated[int, Field(ge=1, le=366)]


class AlertRule(FrozenModel):
    """One rule. A window ends on the day that is judged and has `window_days` local days, by the day of the decision.

    A rate is off target where P(it is worse than the target) exceeds `confidence` with at least `minimum_n` cases, and no
    longer where that probability is `clear` or less (hysteresis). Other KPIs are compared as they are, and are good again
    once they are better than the target by the share `margin`. After an ending nothing opens for `cool_down_days`: 7 unless
    given, of a service level 1.

    Of a waiting time the rule is a service level: no more than `allowed` cases may wait longer than `at_most` local days. It
    looks at all who wait, whenever they began, so it has no window.

    `minimum_n` is the KPI's own unless given. `owner` is a role, never a person; `language` is the company's unless given.
    """

    id: Name
    tenant: Name
    kpi: str
    dimension: str = TOTAL
    member: Annotated[str, Field(min_length=1, max_length=200)] = EVERY
    window_days: Days = 28
    at_least: float | str | None = None
    at_most: float | str | None = None
    minimum_n: Annotated[int, Field(ge=1)] | None = None
    confidence: Probability = 0.95
    clear: Probability = 0.5
    margin: Annotated[float, Field(ge=0, lt=1)] = 0.05
    cool_down_days: Annotated[int, Field(ge=0, le=366)] | None = None
    allowed: Annotated[int, Field(ge=0)] = 0
    owner: Text
    severity: Severity = "warning"
    language: Literal["ja", "en"] | None = None

    @field_validator("kpi")
    @classmethod
    def known_kpi(cls, value: str) -> str:
        """Refuse an id that is not in the catalogue, and a KPI that neither day cells nor waiting cases give."""
        references.known_kpi(value)
        if value not in WATCHED:
            msg = f"{value} cannot be watched: it is neither counted by the day of the decision nor a waiting time"
            raise ValueError(msg)
        return value

    @field_validator("dimension")
    @classmethod
    def known_dimension(cls, value: str) -> str:
        """Refuse a dimension that nothing is counted by."""
        return references.known_dimension(value)

    @field_validator("member")
    @classmethod
    def named_as_counted(cls, value: str, info: ValidationInfo) -> str:
        """Write a channel as the gateway does, whose names are ids: NFKC, spaces collapsed."""
        return references.as_counted(value, info.data.get("dimension"))

    @field_validator("owner")
    @classmethod
    def role(cls, value: str) -> str:
        """Refuse an address: people leave, roles stay."""
        if "@" in value or not value:
            raise ValueError("`owner` is a role such as hr_manager, not a person's address")
        return value

    @model_validator(mode="after")
    def sound(self) -> Self:
        """Refuse a rule that could never be judged."""
        problem = _unsound(self)
        if problem:
            raise ValueError(problem)
        return self

    @property
    def definition(self) -> Kpi:
        """The row of the catalogue."""
        return BY_ID[self.kpi]

    @property
    def direction(self) -> Direction:
        """Which way is good."""
        return "at_most" if self.at_least is None else "at_least"

    @property
    def target(self) -> float:
        """The number, in the KPI's own unit."""
        told = self.at_most if self.at_least is None else self.at_least
        return number_of(told, self.definition)

    @property
    def waits(self) -> bool:
        """Whether it is a service level."""
        return self.definition.kind == "waiting"

    @property
    def of_few(self) -> bool:
        """Whether what is not counted breaks it."""
        return self.definition.kind == "count" and self.direction == "at_least"

    @property
    def limit(self) -> int:
        """Of a service level: the local days that a case may wait."""
        return int(self.target) if self.waits else 0

    @property
    def cool_down(self) -> int:
        """The days after an ending on which nothing opens."""
        if self.cool_down_days is not None:
            return self.cool_down_days
        return 1 if self.waits else 7

    @property
    def smallest(self) -> int:
        """The least sample that is judged; a count has none, because few are what it is about."""
        if self.minimum_n is not None:
            return self.minimum_n
        return 0 if self.definition.kind == "count" or self.waits else self.definition.minimum_n

    def of(self, dimension: str, member: str) -> bool:
        """Whether it watches that member."""
        return self.dimension == dimension and self.member in (EVERY, member)


WATCHED = frozenset(
    kpi.id
    for kpi in BY_ID.values()
    if kpi.kind == "waiting" or (DECISION in kpi.bases and kpi.additive and kpi.unit != "money")
)
OF_WINDOWS = ("window_days", "minimum_n", "confidence", "clear", "margin")


def _unsound(rule: AlertRule) -> str:
    if (rule.at_least is None) == (rule.at_most is None):
        return "give exactly one of `at_least` and `at_most`"
    try:
        told = number_of(rule.at_most if rule.at_least is None else rule.at_least, rule.definition)
    except ValueError as problem:
        return str(problem)
    if binomial(rule.definition) and not 0 < told < 1:
        return (
            f"{told:g} can never be missed with any certainty; a rate's target lies between 0 and 1"
        )
    if rule.clear >= rule.confidence:
        return f"`clear` {rule.clear:g} has to be below `confidence` {rule.confidence:g}, or it would open and end at once"
    return _of_whom(rule) or wrong_way(rule.definition, rule.direction) or _of_its_kind(rule, told)


def _of_whom(rule: AlertRule) -> str:
    if rule.dimension == TOTAL and rule.member not in (EVERY, ALL):
        known = ", ".join(DIMENSIONS[1:])
        return f"`member` {rule.member!r} of which `dimension`? (known: {known})"
    basis = ENTRY if rule.waits else DECISION
    if rule.definition not in of(rule.dimension, basis):
        fitting = [each for each in DIMENSIONS if rule.definition in of(each, basis)]
        return f"{rule.kpi} makes no sense by {rule.dimension}; use one of {', '.join(fitting)}"
    return ""


def _of_its_kind(rule: AlertRule, told: float) -> str:
    """What to write instead, where a key belongs to the other kind of rule."""
    given = rule.model_fields_set
    if not rule.waits:
        idle = [name for name in ("allowed", *_without_effect(rule.definition)) if name in given]
        return f"`{idle[0]}` has no effect on {rule.kpi}; leave it out" if idle else ""
    misplaced = [name for name in OF_WINDOWS if name in given]
    if misplaced:
        return f"{rule.kpi} counts everybody who waits; leave out `{misplaced[0]}`"
    if told != int(told):
        return f"{told:g} days: a service level is in whole local days"
    return ""


def _without_effect(kpi: Kpi) -> tuple[str, ...]:
    """Keys that belong to other KPIs: what is compared as it is knows no certainty, and a count no sample."""
    if binomial(kpi):
        return ("margin",)
    return ("confidence", "clear", "minimum_n") if kpi.kind == "count" else ("confidence", "clear")


def binomial(kpi: Kpi) -> bool:
    """Whether it is a share of cases, of which a posterior is known; a ratio of two sums is not."""
    share = kpi.kind in {"ratio", "within"} and kpi.unit == "ratio" and not kpi.requires
    return share and kpi.id not in NO_SHARES


NO_SHARES = frozenset({"final_interview_offer_rate"})  # offers that skipped the stage: above 100 %


class AlertRules(FrozenModel):
    """The whole file; ids are unique within a company, because a breach is named by its rule."""

    rules: tuple[AlertRule, ...]

    @model_validator(mode="after")
    def unique_ids(self) -> Self:
        """Refuse two rules of one name."""
        counted = Counter((rule.tenant, rule.id) for rule in self.rules)
        doubled = sorted(f"{tenant}/{name}" for (tenant, name), n in counted.items() if n > 1)
        if doubled:
            msg = f"rule ids must be unique within a company; used twice: {', '.join(doubled)}"
            raise ValueError(msg)
        return self

    def of(self, tenant: str) -> tuple[AlertRule, ...]:
        """The rules of one company."""
        return tuple(rule for rule in self.rules if rule.tenant == tenant)
