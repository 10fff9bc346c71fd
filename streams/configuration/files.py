"""Loads the configuration of tenants and connections from its YAML file, with errors that state the fix."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from schemas.did_you_mean import did_you_mean
from schemas.tenants.config import (
    DEFAULT_CURRENCY,
    Connection,
    ReasonRule,
    Secret,
    StageRule,
    Tenancy,
    Tenant,
)

MODELS = (Connection, ReasonRule, Secret, StageRule, Tenancy, Tenant)
Model = TypeVar("Model", bound=BaseModel)


class _StrictLoader(yaml.SafeLoader):
    """Keeps dates and timestamps as text and refuses duplicate keys in a mapping.

    The models report an invalid date; with a duplicate key, the first value would be lost silently.
    """

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """A mapping as written, before merge keys are expanded."""
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                msg = f"`{key.value}` is written twice; keep one"
                raise yaml.MarkedYAMLError(problem=msg, problem_mark=key.start_mark)
            seen.add(str(key.value))
        return node


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Misconfigured(Exception):
    """The configuration is unusable; the text names the file, the place and the fix."""


def load_tenancy(path: Path) -> Tenancy:
    """The validated configuration in `path`; raise Misconfigured."""
    if not path.exists():
        msg = f"no configuration at {path}; set HIRELAY_CONFIG or start from deploy/config/hirelay.yaml"
        raise Misconfigured(msg)
    return read_yaml(path, Tenancy, MODELS)


def read_yaml(path: Path, model: type[Model], models: Iterable[type[BaseModel]]) -> Model:
    """The file at `path` as a strict `model`; keys of `models` are suggested for misspelled ones; raise Misconfigured."""
    try:
        # Only plain values are constructed: the loader is SafeLoader without timestamps.
        value = yaml.load(path.read_text(), Loader=_StrictLoader)  # noqa: S506
        # Through JSON, so that the strict models parse dates and tuples as in any other document.
        document = json.dumps(value, default=str)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        msg = f"{path} is not YAML: {error}"
        raise Misconfigured(msg) from error
    try:
        return model.model_validate_json(document)
    except ValidationError as error:
        keys = {field.alias or name for m in models for name, field in m.model_fields.items()}
        lines = [
            f"  {_format_location(problem['loc'])}: {problem['msg']}{_hint(problem, keys)}"
            for problem in error.errors()
        ]
        msg = "\n".join([f"{path} has {len(lines)} problem(s):", *lines])
        raise Misconfigured(msg) from error


def check_tenants(path: Path, tenant_by_place: dict[str, str], tenancy: Tenancy) -> None:
    """Raise Misconfigured if a file names tenants that are not configured; `tenant_by_place` maps each place to its tenant."""
    tenant_ids = [tenant.id for tenant in tenancy.tenants]
    lines = [
        f"  {place}: no tenant {tenant!r} in the configuration{did_you_mean(tenant, tenant_ids)}"
        for place, tenant in tenant_by_place.items()
        if tenant not in tenant_ids
    ]
    if lines:
        raise Misconfigured("\n".join([f"{path} has {len(lines)} problem(s):", *lines]))


def currency_of(path: Path, tenant: str) -> str:
    """The tenant's currency; the default for a tenant that is not configured here."""
    tenancy = load_tenancy(path) if path.exists() else Tenancy(tenants=())
    configured = tenancy.tenant(tenant)
    return DEFAULT_CURRENCY if configured is None else configured.currency


def _format_location(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(top)"


def _hint(problem: object, keys: Iterable[str]) -> str:
    """A "did you mean …" hint for an unknown key; empty for other problems."""
    if not isinstance(problem, dict) or problem.get("type") != "extra_forbidden":
        return ""
    return did_you_mean(str(problem["loc"][-1]), keys)
