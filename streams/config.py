"""Read the configuration of tenants and connections from its YAML file, with errors that say what to change."""

import difflib
import json
from pathlib import Path

import yaml
from pydantic import ValidationError

from schemas.tenancy import (
    DEFAULT_CURRENCY,
    Connection,
    ReasonRule,
    Secret,
    StageRule,
    Tenancy,
    Tenant,
)

KNOWN = sorted(
    {
        name
        for model in (Connection, ReasonRule, Secret, StageRule, Tenancy, Tenant)
        for name in model.model_fields
    }
)


class Misconfigured(Exception):
    """The configuration cannot be used; the text names the file, the place and the remedy."""


def load_tenancy(path: Path) -> Tenancy:
    """The validated configuration in `path`; raise Misconfigured."""
    if not path.exists():
        msg = f"no configuration at {path}; set HIRELAY_CONFIG or start from deploy/config/hirelay.yaml"
        raise Misconfigured(msg)
    try:
        # Through JSON, so that the strict models read dates and tuples as they read any other document.
        return Tenancy.model_validate_json(
            json.dumps(yaml.safe_load(path.read_text()), default=str)
        )
    except yaml.YAMLError as error:
        msg = f"{path} is not YAML: {error}"
        raise Misconfigured(msg) from error
    except ValidationError as error:
        lines = [
            f"  {_place(problem['loc'])}: {problem['msg']}{_hint(problem)}"
            for problem in error.errors()
        ]
        msg = "\n".join([f"{path} has {len(lines)} problem(s):", *lines])
        raise Misconfigured(msg) from error


def currency_of(path: Path, tenant: str) -> str:
    """The tenant's currency; that of a tenant that is not configured here is the default."""
    tenancy = load_tenancy(path) if path.exists() else Tenancy(tenants=())
    found = tenancy.tenant(tenant)
    return DEFAULT_CURRENCY if found is None else found.currency


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(top)"


def _hint(problem: object) -> str:
    """Did you mean …, for a key that is not ours."""
    if not isinstance(problem, dict) or problem.get("type") != "extra_forbidden":
        return ""
    near = difflib.get_close_matches(str(problem["loc"][-1]), KNOWN, n=1)
    return f" (did you mean `{near[0]}`?)" if near else f" (known: {', '.join(KNOWN)})"
