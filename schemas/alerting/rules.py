"""Alert rules as configured: a union of kinds, told apart by `kind`, or by the KPI if a rule states none."""

from collections import Counter
from typing import Annotated, Any, Self

from pydantic import (
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from schemas.alerting.kinds import KINDS, AnyRule
from schemas.did_you_mean import did_you_mean
from schemas.events.application import FrozenModel
from schemas.kpis.catalogue import BY_ID

WATCHABLE_KPIS = frozenset(kpi.id for kpi in BY_ID.values() if kpi.play is not None)


def _with_kind(written: dict[str, Any]) -> dict[str, Any]:
    """The rule with its kind; raise ValueError for an unknown kind or a key that only other kinds have."""
    kpi = written.get("kpi")
    definition = BY_ID.get(kpi) if isinstance(kpi, str) else None
    if definition is None:  # an error of its own; the keys tell the kind
        fitting = sorted(KINDS, key=lambda kind: len(written.keys() - KINDS[kind].model_fields))
    else:
        fitting = [name for name, kind in KINDS.items() if not kind.kpi_problem(definition)]
    name = written.get("kind", [*fitting, *KINDS][0])
    if name not in [*KINDS]:
        msg = f"no kind of rule {name!r}{did_you_mean(str(name), KINDS)}"
        raise ValueError(msg)
    if fitting and name not in fitting:
        msg = f"{kpi} cannot be watched by a rule of `kind: {name}`; write `kind: {fitting[0]}` or leave `kind` out"
        raise ValueError(msg)
    misplaced = [key for key in written if key in _other_keys(name)]
    if misplaced and definition is not None:
        raise ValueError(KINDS[name].misplaced_key_problem(misplaced[0], kpi))
    return {key: value for key, value in written.items() if key not in misplaced} | {"kind": name}


def _other_keys(name: str) -> set[str]:
    """The keys that only rules of other kinds have."""
    keys = {key for kind in KINDS.values() for key in kind.model_fields}
    return keys - KINDS[name].model_fields.keys()


def _validate(written: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Validate one rule; errors are placed by the keys of the file, which need not state the kind."""
    if not isinstance(written, dict):
        return validate(written)
    try:
        return validate(_with_kind(written))
    except ValidationError as error:
        details: list[InitErrorDetails] = [
            {
                "type": problem["type"],
                "loc": problem["loc"][1:],
                "input": problem["input"],
                "ctx": problem.get("ctx", {}),
            }
            for problem in error.errors(include_url=False)
        ]
        raise ValidationError.from_exception_data(error.title, details) from None


Rule = Annotated[AnyRule, Field(discriminator="kind"), WrapValidator(_validate)]


class AlertRules(FrozenModel):
    """The whole file; ids are unique within a company, because a breach refers to its rule by id."""

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def unique_ids(self) -> Self:
        """Refuse two rules with the same id."""
        counts = Counter((rule.tenant, rule.id) for rule in self.rules)
        duplicates = sorted(f"{tenant}/{name}" for (tenant, name), n in counts.items() if n > 1)
        if duplicates:
            msg = f"rule ids must be unique within a company; used twice: {', '.join(duplicates)}"
            raise ValueError(msg)
        return self
