"""Load and validate `map.yaml`, which maps the columns, values and activities of a file."""

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Self

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
from streams.tools.importing.kinds import ALLOWED_VALUES, KINDS_BY_NAME, LOG


class Map(BaseModel):
    """One map. `columns` and `constants` are by field, `values` by field and cell value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    timezone: str | None = None
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp932", "shift_jis"] | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    objects: dict[str, str] = Field(default_factory=dict)
    attributes: dict[str, str] = Field(default_factory=dict)
    activities: dict[str, tuple[ActivityMeaning, ...]] = Field(default_factory=dict)

    @field_validator("timezone")
    @classmethod
    def validate_timezone(cls, value: str | None) -> str | None:
        """Require a zone of the IANA database."""
        return value if value is None else Tenant.check_timezone(value)

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
        for group in kind.required:
            if not any(name in self.columns or name in self.constants for name in group):
                msg = f"{self.kind} needs {' or '.join(group)} under `columns`"
                raise ValueError(msg)

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
