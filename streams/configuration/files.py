"""Loads the configuration of tenants and connections from its YAML file, with errors that state the fix."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from schemas.did_you_mean import did_you_mean
from schemas.tenants.config import (
    Connection,
    ReasonRule,
    Secret,
    StageRule,
    Tenancy,
    Tenant,
    WebhookSecret,
)
from schemas.tenants.retention import TenantRetention, TopicRetention
from streams.configuration.yaml_document import NotYaml, Scalars, YamlDocument, parse_yaml

MODELS = (
    *(Connection, ReasonRule, Secret, StageRule, Tenancy, Tenant, WebhookSecret),
    *(TenantRetention, TopicRetention),
)
Model = TypeVar("Model", bound=BaseModel)


class Misconfigured(Exception):
    """The configuration is unusable; the text names the file, the place and the fix."""


def load_tenancy(path: Path) -> Tenancy:
    """The validated configuration in `path`; raise Misconfigured."""
    if not path.exists():
        msg = f"no configuration at {path}; set HIRELAY_CONFIG or start from deploy/config/hirelay.yaml"
        raise Misconfigured(msg)
    return read_yaml(path, Tenancy, MODELS)


def modification_times(*paths: Path) -> tuple[float, ...]:
    """Return when each file was last changed, 0 for one that does not exist."""
    return tuple(path.stat().st_mtime if path.exists() else 0.0 for path in paths)


def read_yaml(path: Path, model: type[Model], models: Iterable[type[BaseModel]]) -> Model:
    """The file at `path` as a strict `model`; keys of `models` are suggested for misspelled ones; raise Misconfigured."""
    document = read_document(path)
    try:
        # Through JSON, so that the strict models parse dates and tuples as in any other document.
        text = json.dumps(document.value, default=str)
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"{path} cannot be used: {error}"
        raise Misconfigured(msg) from error
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        keys = {field.alias or name for m in models for name, field in m.model_fields.items()}
        raise problems_error(
            path,
            [
                format_problem(document, problem["loc"], f"{problem['msg']}{_hint(problem, keys)}")
                for problem in error.errors()
            ],
        ) from error


def read_document(path: Path, scalars: Scalars = "typed") -> YamlDocument:
    """The plain values of the YAML file; raise Misconfigured."""
    try:
        return parse_yaml(path.read_text("utf-8"), scalars)
    except (NotYaml, UnicodeDecodeError) as error:
        msg = f"{path} is not YAML: {error}"
        raise Misconfigured(msg) from error


def format_problem(document: YamlDocument, location: Sequence[int | str], message: str) -> str:
    """One line with the line, the column and the path of keys of a problem."""
    place = ".".join(str(part) for part in location) or "(top)"
    return f"  {document.position(location)}, {place}: {message}"


def problems_error(path: Path, lines: Sequence[str]) -> Misconfigured:
    """The error of a file with these problems."""
    return Misconfigured("\n".join([f"{path} has {len(lines)} problem(s):", *lines]))


def check_tenants(path: Path, tenant_by_place: dict[str, str], tenancy: Tenancy) -> None:
    """Raise Misconfigured if a file names tenants that are not configured; `tenant_by_place` maps each place to its tenant."""
    tenant_ids = [tenant.id for tenant in tenancy.tenants]
    unknown = {place: name for place, name in tenant_by_place.items() if name not in tenant_ids}
    if not unknown:
        return
    document = read_document(path)
    lines = []
    for place, name in unknown.items():
        keys = [int(part) if part.isdecimal() else part for part in place.split(".")]
        message = f"no tenant {name!r} in the configuration{did_you_mean(name, tenant_ids)}"
        lines.append(format_problem(document, keys, message))
    raise problems_error(path, lines)


def _hint(problem: object, keys: Iterable[str]) -> str:
    """A "did you mean …" hint for an unknown key; empty for other problems."""
    if not isinstance(problem, dict) or problem.get("type") != "extra_forbidden":
        return ""
    return did_you_mean(str(problem["loc"][-1]), keys)
