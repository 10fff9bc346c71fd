"""`map.yaml`: what the columns, words and activities of one file mean; read once, strictly, with what to change."""

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from schemas.tenants.config import Tenant
from schemas.tenants.milestones import tidy
from streams.configuration.files import Misconfigured
from streams.tools.importing.activity_map import ATTRIBUTES, ROLES, ActivityMeaning
from streams.tools.importing.kinds import BY_NAME, LOG, SANCTIONED


class Map(BaseModel):
    """One map. `columns` and `constants` are by field, `values` by field and by the word that stands in the cell."""

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
    def known_zone(cls, value: str | None) -> str | None:
        """Refuse a zone that the IANA database does not have."""
        return value if value is None else Tenant.known_zone(value)

    @field_validator("activities", mode="before")
    @classmethod
    def one_or_many(cls, value: object) -> object:
        """An activity that tells one thing needs no list."""
        if not isinstance(value, dict):
            return value
        return {
            name: each if isinstance(each, (list, tuple)) else (each,)
            for name, each in value.items()
        }

    @model_validator(mode="after")
    def of_its_kind(self) -> Self:
        """Refuse fields, words and kinds that do not exist, and a map that leaves out what its kind cannot do without."""
        if self.kind != LOG and self.kind not in BY_NAME:
            msg = f"no kind {self.kind!r}; one of {', '.join((*BY_NAME, LOG))}"
            raise ValueError(msg)
        if self.kind == LOG:
            _known("objects", self.objects, tuple(ROLES))
            _known("attributes", self.attributes, ATTRIBUTES)
            if not self.activities:
                msg = "`activities` is empty"
                raise ValueError(msg)
        else:
            self._as_table()
        _known("values", self.values, tuple(SANCTIONED))
        for name, words in self.values.items():
            wrong = sorted(set(words.values()) - set(SANCTIONED[name]))
            if wrong:
                msg = f"values.{name}: {wrong[0]!r} is none of {', '.join(SANCTIONED[name])}"
                raise ValueError(msg)
        return self

    def _as_table(self) -> None:
        kind = BY_NAME[self.kind]
        _known("columns", self.columns, kind.fields)
        _known("constants", self.constants, kind.fields)
        both = sorted(self.columns.keys() & self.constants.keys())
        if both:
            msg = f"{both[0]} is in `columns` and in `constants`; keep one"
            raise ValueError(msg)
        for group in kind.needs:
            if not any(name in self.columns or name in self.constants for name in group):
                msg = f"{self.kind} needs {' or '.join(group)} under `columns`"
                raise ValueError(msg)

    def words(self) -> dict[str, dict[str, str]]:
        """`values` by tidied word."""
        return {
            name: {tidy(word): means for word, means in words.items()}
            for name, words in self.values.items()
        }


def load(path: Path) -> Map:
    """The map in `path`; raise Misconfigured."""
    if not path.exists():
        msg = f"no map at {path}; draft one with `hirelay import --inspect FILE`"
        raise Misconfigured(msg)
    try:
        # Everything is text: 1, yes and 2026-04-01 are words of a table, not numbers, truths and days.
        written = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - builds text only
        return Map.model_validate(written)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f"{path} is not YAML: {error}"
        raise Misconfigured(msg) from error
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, each['loc'])) or 'map'}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors()
        ]
        msg = "\n".join([f"{path} cannot be used:", *lines])
        raise Misconfigured(msg) from error


def _known(section: str, names: Iterable[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            msg = f"{section}: no field {name!r} ({hint})"
            raise ValueError(msg)
