"""Alert rules: which KPI of which members must meet which target, who owns it, and in which language it is reported."""

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from schemas.cells import ALL, DECISION, DIMENSIONS, ENTRY, TOTAL
from schemas.events.application import FrozenModel, Text
from schemas.kpis.catalogue import BY_ID, kpis_for
from schemas.kpis.definition import Kpi
from schemas.planning import references
from schemas.planning.targets import Direction, direction_problem, parse_number
from schemas.tenants.config import Name

EVERY = "*"  # every member of the dimension that has cells
Severity = Literal["critical", "warning", "info"]  # page, ticket, mention
Probability = Annotated[float, Field(gt=0, lt=1)]
Days = Annotated[int, Field(ge=1, le=366)]


class AlertRule(FrozenModel):
    """One rule. A window has `window_days` local days, by the day of the decision, and ends on the day being judged.

    A rate is off target when P(it is worse than the target) exceeds `confidence` with at least `minimum_n` cases, and recovers
    when that probability is `clear` or less (hysteresis). Other KPIs are compared directly, and recover once they are better
    than the target by the share `margin`. After an ending nothing opens for `cool_down_days`, by default 7, or 1 for a service
    level.

    A rule on a waiting time is a service level: at most `allowed` cases may wait longer than `at_most` local days. It covers all
    waiting cases, whenever they began, so it has no window.

    `minimum_n` defaults to the KPI's own. `owner` is a role, never a person; `language` defaults to the company's.
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
    def check_kpi(cls, value: str) -> str:
        """Refuse an id that is not in the catalogue, and a KPI without day cells or waiting cases."""
        references.check_kpi(value)
        if value not in WATCHABLE_KPIS:
            msg = f"{value} cannot be watched: it is neither counted by the day of the decision nor a waiting time"
            raise ValueError(msg)
        return value

    @field_validator("dimension")
    @classmethod
    def check_dimension(cls, value: str) -> str:
        """Refuse a dimension that no KPI is counted by."""
        return references.check_dimension(value)

    @field_validator("member")
    @classmethod
    def normalize_member(cls, value: str, info: ValidationInfo) -> str:
        """Normalize a channel as the gateway does, whose names are ids: NFKC, spaces collapsed."""
        return references.normalize_member(value, info.data.get("dimension"))

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
        problem = _inconsistency(self)
        if problem:
            raise ValueError(problem)
        return self

    @property
    def definition(self) -> Kpi:
        """The KPI's entry in the catalogue."""
        return BY_ID[self.kpi]

    @property
    def direction(self) -> Direction:
        """Whether the target is a lower or an upper limit."""
        return "at_most" if self.at_least is None else "at_least"

    @property
    def target(self) -> float:
        """The target, in the KPI's own unit."""
        raw = self.at_most if self.at_least is None else self.at_least
        return parse_number(raw, self.definition)

    @property
    def is_service_level(self) -> bool:
        """Whether the rule is a service level."""
        return self.definition.kind == "waiting"

    @property
    def fires_on_low_count(self) -> bool:
        """Whether the absence of events breaches the rule."""
        return self.definition.kind == "count" and self.direction == "at_least"

    @property
    def max_wait_days(self) -> int:
        """For a service level, the local days that a case may wait; otherwise 0."""
        return int(self.target) if self.is_service_level else 0

    @property
    def cool_down(self) -> int:
        """The number of days after an ending on which nothing opens."""
        if self.cool_down_days is not None:
            return self.cool_down_days
        return 1 if self.is_service_level else 7

    @property
    def min_sample(self) -> int:
        """The smallest sample that is judged; a count has no minimum, because its rule is about low numbers."""
        if self.minimum_n is not None:
            return self.minimum_n
        return (
            0
            if self.definition.kind == "count" or self.is_service_level
            else self.definition.minimum_n
        )

    def covers(self, dimension: str, member: str) -> bool:
        """Whether the rule watches that member."""
        return self.dimension == dimension and self.member in (EVERY, member)


WATCHABLE_KPIS = frozenset(kpi.id for kpi in BY_ID.values() if kpi.play is not None)
WINDOW_KEYS = ("window_days", "minimum_n", "confidence", "clear", "margin")


def _inconsistency(rule: AlertRule) -> str:
    if (rule.at_least is None) == (rule.at_most is None):
        return "give exactly one of `at_least` and `at_most`"
    try:
        target = parse_number(
            rule.at_most if rule.at_least is None else rule.at_least, rule.definition
        )
    except ValueError as problem:
        return str(problem)
    if is_binomial(rule.definition) and not 0 < target < 1:
        return f"{target:g} can never be breached with certainty; a rate's target must lie between 0 and 1"
    if rule.clear >= rule.confidence:
        return f"`clear` {rule.clear:g} must be below `confidence` {rule.confidence:g}, or a breach would open and end at once"
    return (
        _dimension_problem(rule)
        or direction_problem(rule.definition, rule.direction)
        or _misplaced_key_problem(rule, target)
    )


def _dimension_problem(rule: AlertRule) -> str:
    if rule.dimension == TOTAL and rule.member not in (EVERY, ALL):
        dimensions = ", ".join(DIMENSIONS[1:])
        return f"`member` {rule.member!r} needs a `dimension` (known: {dimensions})"
    basis = ENTRY if rule.is_service_level else DECISION
    if rule.definition not in kpis_for(rule.dimension, basis):
        valid_dimensions = [
            dimension for dimension in DIMENSIONS if rule.definition in kpis_for(dimension, basis)
        ]
        return f"{rule.kpi} cannot be broken down by {rule.dimension}; use one of {', '.join(valid_dimensions)}"
    return ""


def _misplaced_key_problem(rule: AlertRule, target: float) -> str:
    """The correction for a key that belongs to the other kind of rule; empty if there is none."""
    fields_set = rule.model_fields_set
    if not rule.is_service_level:
        ignored = [
            name for name in ("allowed", *_ignored_keys(rule.definition)) if name in fields_set
        ]
        return f"`{ignored[0]}` has no effect on {rule.kpi}; leave it out" if ignored else ""
    misplaced = [name for name in WINDOW_KEYS if name in fields_set]
    if misplaced:
        return f"{rule.kpi} counts all waiting cases; leave out `{misplaced[0]}`"
    if target != int(target):
        return f"{target:g} days: a service level counts whole local days"
    return ""


def _ignored_keys(kpi: Kpi) -> tuple[str, ...]:
    """Keys without effect on the KPI: a directly compared KPI has no probability, and a count no sample."""
    if is_binomial(kpi):
        return ("margin",)
    return ("confidence", "clear", "minimum_n") if kpi.kind == "count" else ("confidence", "clear")


def is_binomial(kpi: Kpi) -> bool:
    """Whether the KPI is a share of cases, which has a posterior; a ratio of two sums is not."""
    return kpi.is_share


class AlertRules(FrozenModel):
    """The whole file; ids are unique within a company, because a breach refers to its rule by id."""

    rules: tuple[AlertRule, ...]

    @model_validator(mode="after")
    def unique_ids(self) -> Self:
        """Refuse two rules with the same id."""
        counts = Counter((rule.tenant, rule.id) for rule in self.rules)
        duplicates = sorted(f"{tenant}/{name}" for (tenant, name), n in counts.items() if n > 1)
        if duplicates:
            msg = f"rule ids must be unique within a company; used twice: {', '.join(duplicates)}"
            raise ValueError(msg)
        return self

    def for_tenant(self, tenant: str) -> tuple[AlertRule, ...]:
        """The rules of one company."""
        return tuple(rule for rule in self.rules if rule.tenant == tenant)
