"""Validation of KPI, dimension and member references, shared by targets and alert rules."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from schemas.cells import CHANNEL, DIMENSIONS
from schemas.did_you_mean import did_you_mean
from schemas.kpis.catalogue import BY_ID


def check_kpi(value: str) -> str:
    """Return the KPI id; raise ValueError if it is not in the catalogue."""
    if value not in BY_ID:
        msg = f"no KPI {value!r}{did_you_mean(value, BY_ID)}"
        raise ValueError(msg)
    return value


def check_dimension(value: str) -> str:
    """Return the dimension; raise ValueError if no measure is broken down by it."""
    if value not in DIMENSIONS:
        msg = f"no dimension {value!r}{did_you_mean(value, DIMENSIONS)}"
        raise ValueError(msg)
    return value


def normalize_member(member: str, dimension: object) -> str:
    """Normalize a channel as the gateway does (its name is its id): NFKC, spaces collapsed; return other members unchanged."""
    if dimension != CHANNEL:
        return member
    return " ".join(unicodedata.normalize("NFKC", member).split())


def _normalize(member: str, info: ValidationInfo) -> str:
    return normalize_member(member, info.data.get("dimension"))


# Fields of a model: a dimension, and after it the member of that dimension.
DimensionName = Annotated[str, AfterValidator(check_dimension)]
MemberName = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_normalize)]
