"""Load and validate `map.yaml`, which maps the columns, values and activities of a file."""

import codecs
import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from schemas.tenants.config import Tenant
from schemas.tenants.milestones import normalize_name
from streams.configuration.files import (
    Misconfigured,
    format_problem,
    problems_error,
    read_document,
)
from streams.tools.importing.activity_map import ATTRIBUTES, ROLES, ActivityMeaning
from streams.tools.importing.cell_values import UNITS
from streams.tools.importing.date_parts import DateForm
from streams.tools.importing.endings import HIRED, TYPE_BY_PARTY
from streams.tools.importing.kinds import ALLOWED_VALUES, KINDS_BY_NAME, LOG, Kind

WIDE_KINDS = frozenset({"applications"})  # whose rows may have columns per step
ENDINGS = (*TYPE_BY_PARTY, HIRED)


class StepColumns(BaseModel):
    """The columns of one step of a wide table: when it was held and decided, its result, and who interviewed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stage: str
    held_at: str | None = None
    decided_at: str | None = None
    result: str | None = None
    interviewers: str | None = None

    def columns(self) -> dict[str, str]:
        """Headers by part."""
        return {part: header for part, header in self if header and part != "stage"}


class Map(BaseModel):
    """One map. `columns` and `constants` are by field, `values` by field and cell value.

    `dates` are the orders of the parts of dates, `times` headers of times of day, `units` and `tax` (percent included) of
    amounts, all by field. `stages` says who ends an application in a stage, `steps` are the columns of a wide table.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    timezone: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    dates: dict[str, DateForm] = Field(default_factory=dict)
    times: dict[str, str] = Field(default_factory=dict)
    units: dict[str, str] = Field(default_factory=dict)
    tax: dict[str, Annotated[int, Field(ge=0, le=100)]] = Field(default_factory=dict)
    stages: dict[str, str] = Field(default_factory=dict)
    steps: tuple[StepColumns, ...] = ()
    objects: dict[str, str] = Field(default_factory=dict)
    attributes: dict[str, str] = Field(default_factory=dict)
    activities: dict[str, tuple[ActivityMeaning, ...]] = Field(default_factory=dict)

    @field_validator("timezone")
    @classmethod
    def validate_timezone(cls, value: str | None) -> str | None:
        """Require a zone of the IANA database."""
        return value if value is None else Tenant.check_timezone(value)

    @field_validator("encoding")
    @classmethod
    def validate_encoding(cls, value: str | None) -> str | None:
        """Require an encoding that can be read."""
        if value is not None:
            try:
                codecs.lookup(value)
            except LookupError as error:
                msg = f"no encoding {value!r}; write utf-8, cp932, euc-jp, iso-2022-jp, utf-16 or another one of Python's"
                raise ValueError(msg) from error
        return value

    @field_validator("activities", mode="before")
    @classmethod
    def wrap_single_steps(cls, value: object) -> object:
        """Accept a single step without a list."""
        if not isinstance(value, dict):
            return value
        return {
            name: steps if isinstance(steps, (list, tuple)) else (steps,)
            for name, steps in value.items()
        }

    @model_validator(mode="after")
    def validate_kind(self) -> Self:
        """Reject unknown kinds, fields and values, and a map that lacks required fields of its kind."""
        if self.kind != LOG and self.kind not in KINDS_BY_NAME:
            msg = f"no kind {self.kind!r}; one of {', '.join((*KINDS_BY_NAME, LOG))}"
            raise ValueError(msg)
        if self.kind == LOG:
            _check_fields("objects", self.objects, tuple(ROLES))
            _check_fields("attributes", self.attributes, ATTRIBUTES)
            if not self.activities:
                msg = "`activities` is empty"
                raise ValueError(msg)
        else:
            self._validate_table()
        _check_fields("values", self.values, tuple(ALLOWED_VALUES))
        for name, words in self.values.items():
            wrong = sorted(set(words.values()) - set(ALLOWED_VALUES[name]))
            if wrong:
                msg = f"values.{name}: {wrong[0]!r} is none of {', '.join(ALLOWED_VALUES[name])}"
                raise ValueError(msg)
        return self

    def _validate_table(self) -> None:
        kind = KINDS_BY_NAME[self.kind]
        _check_fields("columns", self.columns, kind.fields)
        _check_fields("constants", self.constants, kind.fields)
        both = sorted(self.columns.keys() & self.constants.keys())
        if both:
            msg = f"{both[0]} is in `columns` and in `constants`; keep one"
            raise ValueError(msg)
        self._validate_details(kind)
        for group in kind.required:
            if not any(name in self.columns or name in self.constants for name in group):
                msg = f"{self.kind} needs {' or '.join(group)} under `columns`"
                raise ValueError(msg)

    def _validate_details(self, kind: Kind) -> None:
        """Reject words that no section knows, and steps of a kind that has none."""
        for section in ("dates", "times", "units", "tax"):
            _check_fields(section, getattr(self, section), kind.fields)
        for section, values, allowed in (
            ("units", self.units, UNITS),
            ("stages", self.stages, ENDINGS),
        ):
            for name, value in values.items():
                if value not in allowed:
                    msg = f"{section}.{name}: {value!r} is none of {', '.join(allowed)}"
                    raise ValueError(msg)
        if self.steps and kind.name not in WIDE_KINDS:
            msg = f"{kind.name} has no `steps`; only {', '.join(sorted(WIDE_KINDS))} has"
            raise ValueError(msg)

    def all_columns(self) -> dict[str, str]:
        """Headers by field, with those of the times of day and of the steps under fields of their own."""
        times = {f"{name}.time": header for name, header in self.times.items()}
        steps = {
            f"step.{number}.{part}": header
            for number, step in enumerate(self.steps)
            for part, header in step.columns().items()
        }
        return {**self.columns, **times, **steps}

    def value_mappings(self) -> dict[str, dict[str, str]]:
        """`values` by tidied cell value."""
        return {
            name: {normalize_name(word): value for word, value in words.items()}
            for name, words in self.values.items()
        }


def load(path: Path) -> Map:
    """The map in `path`; raise Misconfigured."""
    if not path.exists():
        msg = f"no map at {path}; draft one with `hirelay import --inspect FILE`"
        raise Misconfigured(msg)
    # Everything is text: 1, yes and 2026-04-01 are cell values, not numbers, booleans and dates.
    document = read_document(path, "text")
    try:
        return Map.model_validate(document.value)
    except ValidationError as error:
        lines = [
            format_problem(document, problem["loc"], problem["msg"].removeprefix("Value error, "))
            for problem in error.errors()
        ]
        raise problems_error(path, lines) from error


def _check_fields(section: str, names: Iterable[str], allowed: Sequence[str]) -> None:
    for name in names:
        if name not in allowed:
            matches = difflib.get_close_matches(name, allowed, n=1)
            hint = f"did you mean {matches[0]!r}?" if matches else f"known: {', '.join(allowed)}"
            msg = f"{section}: no field {name!r} ({hint})"
            raise ValueError(msg)
