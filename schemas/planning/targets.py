"""Targets: what a company wants a KPI to come to, of whom, in which period."""

import math
import re
from collections import defaultdict
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, ValidationInfo, field_validator, model_validator

from schemas.cells import ALL, DECISION, DIMENSIONS, TOTAL, Basis
from schemas.events.application import FrozenModel, Text
from schemas.kpis.catalogue import BY_ID, of
from schemas.kpis.definition import Kpi
from schemas.planning import references
from schemas.planning.periods import APRIL, YEARS, Period, named
from schemas.tenants.config import Name

Direction = Literal["at_least", "at_most"]
Month = Annotated[int, Field(ge=1, le=12)]
Key = tuple[str, str, str, str, str]
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]")


class Target(FrozenModel):
    """One number to reach, or to stay below.

    `period` is `2026-04`, `2026-Q2` or `FY2026`, or else `from` and `to` are local days, both included. The number is in the
    KPI's own unit: money in the currency's, a rate as 0.45 or `45 %`. `owner` is a role, never a person.
    """

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    tenant: Name
    kpi: str
    dimension: str = TOTAL
    member: Annotated[str, Field(min_length=1, max_length=200)] = ALL
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
    def known_kpi(cls, value: str) -> str:
        """Refuse an id that is not in the catalogue."""
        return references.known_kpi(value)

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

    @field_validator("period")
    @classmethod
    def known_period(cls, value: str | None) -> str | None:
        """Refuse a period of no known form."""
        if value is not None:
            named(value)
        return value

    @field_validator("owner")
    @classmethod
    def role(cls, value: str | None) -> str | None:
        """Refuse an address: people leave, roles stay."""
        if value is not None and "@" in value:
            raise ValueError("`owner` is a role such as hr_manager, not a person's address")
        return value

    @model_validator(mode="after")
    def sound(self) -> Self:
        """Refuse a target that could not be compared with anything."""
        problem = (
            _of_whom(self)
            or _when(self)
            or _how_much(self)
            or wrong_way(self.definition, self.direction)
        )
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
    def plan(self) -> float:
        """The number, in the KPI's own unit."""
        told = self.at_most if self.at_least is None else self.at_least
        return number_of(told, self.definition)

    @property
    def key(self) -> Key:
        """What it is a target of, whenever."""
        return (self.tenant, self.kpi, self.dimension, self.member, self.basis)

    @property
    def called(self) -> str:
        """The period as it was written."""
        return self.period or f"{self.first}..{self.last}"


def _of_whom(target: Target) -> str:
    kpi, dimension = target.definition, target.dimension
    if dimension == TOTAL and target.member != ALL:
        return (
            f"`member` {target.member!r} of which `dimension`? (known: {', '.join(DIMENSIONS[1:])})"
        )
    if dimension != TOTAL and target.member == ALL:
        return f"say which {dimension}: give `member`, its id as `hirelay kpi show` prints it"
    if target.basis not in kpi.bases:
        one_of = " or ".join(f"`basis: {each}`" for each in kpi.bases)
        return f"{kpi.id} is not counted on the {target.basis} basis; write {one_of}"
    if kpi not in of(dimension, target.basis):
        fitting = ", ".join(each for each in DIMENSIONS if kpi in of(each, target.basis))
        return f"{kpi.id} makes no sense by {dimension}; use one of {fitting}"
    return ""


def _when(target: Target) -> str:
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


def _how_much(target: Target) -> str:
    if (target.at_least is None) == (target.at_most is None):
        return "give exactly one of `at_least` and `at_most`"
    try:
        number_of(target.at_most if target.at_least is None else target.at_least, target.definition)
    except ValueError as problem:
        return str(problem)
    return ""


def wrong_way(kpi: Kpi, direction: Direction) -> str:
    """What to write instead, where the direction contradicts what is good of the KPI; else nothing."""
    if kpi.higher_is_better is None or kpi.higher_is_better == (direction == "at_least"):
        return ""
    better, right = ("higher", "at_least") if kpi.higher_is_better else ("lower", "at_most")
    return f"of {kpi.id} {better} is better; write `{right}` instead of `{direction}`"


def number_of(told: float | str | None, kpi: Kpi) -> float:
    """What was told, in the KPI's own unit; raise ValueError with what to write instead."""
    if isinstance(told, str):
        percent = PERCENT.fullmatch(told.strip())
        if percent is None:
            msg = f"{told!r} is no number; write it without separators, as 1200000 or 0.45"
            raise ValueError(msg)
        if kpi.unit != "ratio":
            msg = f"{told!r} is a rate, but {kpi.id} is in {kpi.unit}"
            raise ValueError(msg)
        return float(percent[1]) / 100
    if told is None or not math.isfinite(told) or told < 0:
        msg = f"{told} cannot be reached; a target is 0 or more"
        raise ValueError(msg)
    if kpi.unit == "ratio" and told > 1:
        msg = f"{told:g} is above 1; write a rate as {told / 100:g} or `{told:g} %`, {told:g} times as `{told:.0%}`"
        raise ValueError(msg)
    return told


class Targets(FrozenModel):
    """The whole file. Fiscal years start in `fiscal_year_starts`, those of some tenants in a month of their own."""

    fiscal_year_starts: Month = APRIL
    fiscal_year_starts_of: dict[Name, Month] = Field(default_factory=dict)
    targets: tuple[Target, ...]

    @model_validator(mode="after")
    def one_at_a_time(self) -> Self:
        """Refuse two targets for one number whose periods are the same or cross; one inside the other is a part of it."""
        held: dict[Key, list[int]] = defaultdict(list)
        for at, target in enumerate(self.targets):
            for before in held[target.key]:
                other = self.targets[before]
                if self.days(target).crosses(self.days(other)):
                    msg = (
                        f"targets.{before} ({other.called}) and targets.{at} ({target.called}) are both for "
                        f"{' '.join(target.key)}; keep one, or let one period lie inside the other or beside it"
                    )
                    raise ValueError(msg)
            held[target.key].append(at)
        return self

    def days(self, target: Target) -> Period:
        """The local days of a target."""
        if target.first is not None and target.last is not None:
            return Period(target.first, target.last)
        return self.period(target.tenant, target.called)

    def period(self, tenant: str, text: str) -> Period:
        """The days of a named period, by the fiscal year of the tenant; raise ValueError as `schemas.planning.periods.named`."""
        return named(text, self.fiscal_year_starts_of.get(tenant, self.fiscal_year_starts))
