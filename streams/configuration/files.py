"""Read the configuration of tenants and connections from its YAML file, with errors that say what to change."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from schemas.did_you_mean import meant
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


class _TextScalars(yaml.SafeLoader):
    """Leaves days and instants the texts that they are, and takes no key of a mapping twice.

    The models say where a day is wrong; of two values of a key the first would be gone without a word.
    """

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """A mapping as it is written, before what it merges is added to it."""
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                msg = f"`{key.value}` is written twice; keep one"
                raise yaml.MarkedYAMLError(problem=msg, problem_mark=key.start_mark)
            seen.add(str(key.value))
        return node


_TextScalars.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Misconfigured(Exception):
    """The configuration cannot be used; the text names the file, the place and the remedy."""


def load_tenancy(path: Path) -> Tenancy:
    """The validated configuration in `path`; raise Misconfigured."""
    if not path.exists():
        msg = f"no configuration at {path}; set HIRELAY_CONFIG or start from deploy/config/hirelay.yaml"
        raise Misconfigured(msg)
    return read(path, Tenancy, MODELS)


def read(path: Path, model: type[Model], models: Iterable[type[BaseModel]]) -> Model:
    """The file at `path` as a strict `model`, made of `models`, whose keys are proposed for misspelt ones; raise Misconfigured."""
    try:
        # Nothing is constructed but plain values: the loader is SafeLoader without one kind of them.
        value = yaml.load(path.read_text(), Loader=_TextScalars)  # noqa: S506
        # Through JSON, so that the strict models read dates and tuples as they read any other document.
        document = json.dumps(value, default=str)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        msg = f"{path} is not YAML: {error}"
        raise Misconfigured(msg) from error
    try:
        return model.model_validate_json(document)
    except ValidationError as error:
        keys = {field.alias or name for m in models for name, field in m.model_fields.items()}
        lines = [
            f"  {_place(problem['loc'])}: {problem['msg']}{_hint(problem, keys)}"
            for problem in error.errors()
        ]
        msg = "\n".join([f"{path} has {len(lines)} problem(s):", *lines])
        raise Misconfigured(msg) from error


def refuse_strangers(path: Path, places: dict[str, str], tenancy: Tenancy) -> None:
    """Raise Misconfigured where a file names tenants that are not configured; `places` says where it names which."""
    known = [tenant.id for tenant in tenancy.tenants]
    lines = [
        f"  {place}: no tenant {tenant!r} in the configuration{meant(tenant, known)}"
        for place, tenant in places.items()
        if tenant not in known
    ]
    if lines:
        raise Misconfigured("\n".join([f"{path} has {len(lines)} problem(s):", *lines]))


def currency_of(path: Path, tenant: str) -> str:
    """The tenant's currency; that of a tenant that is not configured here is the default."""
    tenancy = load_tenancy(path) if path.exists() else Tenancy(tenants=())
    found = tenancy.tenant(tenant)
    return DEFAULT_CURRENCY if found is None else found.currency


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(top)"


def _hint(problem: object, keys: Iterable[str]) -> str:
    """Did you mean …, for a key that is not ours."""
    if not isinstance(problem, dict) or problem.get("type") != "extra_forbidden":
        return ""
    return meant(str(problem["loc"][-1]), keys)
