"""What a sender of canonical events may write: the Standard Webhooks body, or a CloudEvents 1.0 JSON event."""

import difflib
import json
import math
import re
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.errors import Malformed

Name = Annotated[str, Field(min_length=1, max_length=200)]


class StrictModel(BaseModel):
    """Strict, and an unknown field is an error: these formats are ours to define, so a misspelling must not be lost."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class StandardBody(StrictModel):
    """`{type, timestamp, data}`; `data` is read as the canonical model that `type` names."""

    type: Name
    timestamp: AwareDatetime
    data: dict[str, Any]


class CloudEvent(StrictModel):
    """CloudEvents 1.0, structured. `tenant` and `recordedtime` may be sent, and are replaced by what we know.

    An extension that is none of these is passed over (`without_extensions`).
    """

    specversion: Literal["1.0"]
    id: Name
    source: Name
    type: Name
    time: AwareDatetime | None = None
    subject: Name | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None
    partitionkey: str | None = None
    tenant: Name | None = None
    recordedtime: AwareDatetime | None = None
    timequality: Literal["exact", "vendor_state", "received", "assumed"] = "exact"
    ingestmode: Literal["webhook", "poll", "backfill", "csv", "api", "derived"] = "api"
    test: bool = False
    vendorevent: str | None = None
    deliveryid: str | None = None
    correlationid: str | None = None
    data: dict[str, Any]


# Attributes whose loss would change what is counted, or how well it can be traced.
TOO_GOOD_TO_LOSE = (
    "time",
    "timequality",
    "ingestmode",
    "test",
    "vendorevent",
    "deliveryid",
    "correlationid",
)
ALIKE = 0.75  # one slip in a word of four letters


def without_extensions(value: object) -> object:
    """The event without attributes of others, which CloudEvents allows; raise Malformed for what may be a misspelling."""
    if not isinstance(value, dict):
        return value
    foreign = {name for name in value if _is_extension(name, value[name])}
    for name in sorted(foreign):
        for meant in difflib.get_close_matches(name, TOO_GOOD_TO_LOSE, 1, ALIKE):
            raise Malformed("not_canonical", f"an attribute is spelt almost as {meant}")
    return {name: each for name, each in value.items() if name not in foreign}


def _is_extension(name: str, value: object) -> bool:
    """CloudEvents 1.0: lower-case letters and digits, and a simple value."""
    if name in CloudEvent.model_fields or re.fullmatch(r"[a-z0-9]+", name) is None:
        return False
    return value is None or isinstance(value, str | bool | int | float)


def parse(body: bytes) -> object:
    """The JSON value; raise Malformed for anything else, NaN, infinite numbers and bottomless nesting included."""
    try:
        return json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Malformed("not_json", "the body is not JSON") from error


def _refuse(text: str) -> float:
    msg = f"{text} is not JSON"
    raise ValueError(msg)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse("an infinite number")
