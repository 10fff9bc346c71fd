"""Targets: the value a KPI should reach for a member in a period."""

import math
import re
from collections import defaultdict
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from schemas.cells import ALL, DECISION, DIMENSIONS, TOTAL, Basis
from schemas.events.application import FrozenModel, Text
from schemas.kpis.catalogue import BY_ID, kpis_for
from schemas.kpis.definition import Kpi
from schemas.planning import references
from schemas.planning.periods import APRIL, YEARS, Period, parse_period
from schemas.tenants.config import Name

Direction = Literal["at_least", "at_most"]
Month = Annotated[int, Field(ge=1, le=12)]
TargetKey = tuple[str, str, str, str, str]
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")


class Target(FrozenModel):
    """One value to reach (`at_least`) or not to exceed (`at_most`).

    `period` is `2026-04`, `2026-Q2` or `FY2026`; otherwise `from` and `to` are local days, both included. The value is in the
    KPI's unit: money in the currency's major unit, a rate as 0.45 or `45 %`. `owner` is a role, never a person.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    tenant: Name
    kpi: str
    dimension: references.DimensionName = TOTAL
    member: references.MemberName = ALL
    basis: Basis = DECISION
    period: str | None = None
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    at_least: float | str | None = None
    at_most: float | str | None = None
    owner: Text | None = None
    note: Text | None = None

    @field_validator("kpi")
    @classmethod
    def check_kpi(cls, value: str) -> str:
        """Reject an id that is not in the catalogue."""
        return references.check_kpi(value)

    @field_validator("period")
    @classmethod
    def check_period(cls, value: str | None) -> str | None:
        """Reject a period that does not parse."""
        if value is not None:
            parse_period(value)
        return value

    @field_validator("owner")
    @classmethod
    def check_owner(cls, value: str | None) -> str | None:
        """Reject an email address: people leave, roles stay."""
        if value is not None and "@" in value:
            raise ValueError("`owner` is a role such as hr_manager, not an email address")
        return value

    @model_validator(mode="after")
    def check_consistency(self) -> Self:
        """Reject a target that cannot be compared with an actual value."""
        problem = (
            _member_problem(self)
            or _period_problem(self)
            or _value_problem(self)
            or direction_problem(self.definition, self.direction)
        )
        if problem:
            raise ValueError(problem)
        return self

    @property
    def definition(self) -> Kpi:
        """The KPI definition from the catalogue."""
        return BY_ID[self.kpi]

    @property
    def direction(self) -> Direction:
        """Whether the value is a lower or an upper bound."""
        return "at_most" if self.at_least is None else "at_least"

    @property
    def plan(self) -> float:
        """The planned value in the KPI's unit."""
        written = self.at_most if self.at_least is None else self.at_least
        return parse_number(written, self.definition)

    @property
    def key(self) -> TargetKey:
        """What the target is for, regardless of the period."""
        return (self.tenant, self.kpi, self.dimension, self.member, self.basis)

    @property
    def period_label(self) -> str:
        """The period as written in the file."""
        return self.period or f"{self.first}..{self.last}"


def _member_problem(target: Target) -> str:
    kpi, dimension = target.definition, target.dimension
    if dimension == TOTAL and target.member != ALL:
        return (
            f"`member` {target.member!r} of which `dimension`? (known: {', '.join(DIMENSIONS[1:])})"
        )
    if dimension != TOTAL and target.member == ALL:
        return f"which {dimension}? give `member`, the id that `hirelay kpi show` prints"
    if target.basis not in kpi.bases:
        one_of = " or ".join(f"`basis: {basis}`" for basis in kpi.bases)
        return f"{kpi.id} is not counted on the {target.basis} basis; write {one_of}"
    if kpi not in kpis_for(dimension, target.basis):
        fitting = ", ".join(name for name in DIMENSIONS if kpi in kpis_for(name, target.basis))
        return f"{kpi.id} is not available by {dimension}; use one of {fitting}"
    return ""


def _period_problem(target: Target) -> str:
    days = (target.first, target.last)
    if (target.period is None) == (days == (None, None)):
        return "give either `period` or `from` and `to`"
    if target.period is None and (target.first is None or target.last is None):
        return "give both `from` and `to`"
    if target.first is not None and target.last is not None:
        if target.first > target.last:
            return f"`from` {target.first} is after `to` {target.last}"
        if target.first.year not in YEARS or target.last.year not in YEARS:
            return f"days are counted from {YEARS[0]} to {YEARS[-1]}"
    return ""


def _value_problem(target: Target) -> str:
    if (target.at_least is None) == (target.at_most is None):
        return "give exactly one of `at_least` and `at_most`"
    try:
        parse_number(
            target.at_most if target.at_least is None else target.at_least, target.definition
        )
    except ValueError as problem:
        return str(problem)
    return ""


def direction_problem(kpi: Kpi, direction: Direction) -> str:
    """Return what to write if the direction contradicts the KPI's better direction, else an empty string."""
    if kpi.higher_is_better is None or kpi.higher_is_better == (direction == "at_least"):
        return ""
    better, right = ("higher", "at_least") if kpi.higher_is_better else ("lower", "at_most")
    return f"{kpi.id}: {better} is better; write `{right}` instead of `{direction}`"


def parse_number(written: float | str | None, kpi: Kpi) -> float:
    """Parse a configured number into the KPI's unit; raise ValueError that says what to write instead."""
    if isinstance(written, str):
        percent = PERCENT.fullmatch(written.strip())
        if percent is None:
            msg = f"{written!r} is not a number; write it without separators, as 1200000 or 0.45"
            raise ValueError(msg)
        if kpi.unit != "ratio":
            msg = f"{written!r} is a rate, but {kpi.id} is in {kpi.unit}"
            raise ValueError(msg)
        return float(percent[1]) / 100
    if written is None or not math.isfinite(written) or written < 0:
        msg = f"{written} is not a valid target; it must be finite and 0 or more"
        raise ValueError(msg)
    if kpi.unit == "ratio" and written > 1:
        msg = f"{written:g} is above 1; write a rate as {written / 100:g} or `{written:g} %`, {written:g} times as `{written:.0%}`"
        raise ValueError(msg)
    return written


class Targets(FrozenModel):
    """The targets file. Fiscal years start in month `fiscal_year_starts`; `fiscal_year_starts_of` overrides it by tenant."""

    fiscal_year_starts: Month = APRIL
    fiscal_year_starts_of: dict[Name, Month] = Field(default_factory=dict)
    targets: tuple[Target, ...]

    @model_validator(mode="after")
    def check_conflicts(self) -> Self:
        """Reject two targets with the same key whose periods are equal or cross; nested periods are allowed."""
        positions: dict[TargetKey, list[int]] = defaultdict(list)
        for at, target in enumerate(self.targets):
            for previous in positions[target.key]:
                other = self.targets[previous]
                if self.days(target).crosses(self.days(other)):
                    msg = (
                        f"targets.{previous} ({other.period_label}) and targets.{at} ({target.period_label}) are both for "
                        f"{' '.join(target.key)}; keep one, or make the periods nested or disjoint"
                    )
                    raise ValueError(msg)
            positions[target.key].append(at)
        return self

    def days(self, target: Target) -> Period:
        """Return the local days of a target."""
        if target.first is not None and target.last is not None:
            return Period(target.first, target.last)
        return self.period(target.tenant, target.period_label)

    def period(self, tenant: str, text: str) -> Period:
        """Parse a period with the tenant's fiscal year; raises ValueError like `schemas.planning.periods.parse_period`."""
        return parse_period(text, self.fiscal_year_starts_of.get(tenant, self.fiscal_year_starts))
