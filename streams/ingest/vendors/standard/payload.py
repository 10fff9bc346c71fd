"""The accepted envelopes of canonical events: the Standard Webhooks body and CloudEvents 1.0 JSON."""

import difflib
import json
import math
import re
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from schemas.errors import Malformed
from schemas.events.envelope import TimeQuality

Name = Annotated[str, Field(min_length=1, max_length=200)]


class StrictModel(BaseModel):
    """A strict model that refuses unknown fields: we define these formats, so a misspelling must not be lost."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _as_text(value: object) -> object:
    """Convert a sequence number to text; JSON senders write either."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


# The place of an event among others of its source and instant.
SequenceText = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=64)]


class StandardBody(StrictModel):
    """`{type, timestamp, data}` and perhaps `sequence`; `data` is read as the canonical model that `type` names."""

    type: Name
    timestamp: AwareDatetime
    sequence: SequenceText | None = None
    data: dict[str, Any]


class CloudEvent(StrictModel):
    """CloudEvents 1.0, structured mode. `tenant` and `recordedtime` may be sent but are replaced with our own values.

    `sequence` is the CloudEvents Sequence extension; its `sequencetype` is not needed. Other extensions are ignored (`without_extensions`).
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
    timequality: TimeQuality = "exact"
    ingestmode: Literal["webhook", "poll", "backfill", "csv", "api", "derived"] = "api"
    test: bool = False
    vendorevent: str | None = None
    deliveryid: str | None = None
    correlationid: str | None = None
    sequence: SequenceText | None = None
    sequencetype: str | None = None
    data: dict[str, Any]


# Attributes whose loss would change the counts or traceability.
PROTECTED_ATTRIBUTES = (
    "time",
    "timequality",
    "ingestmode",
    "test",
    "vendorevent",
    "deliveryid",
    "correlationid",
    "sequence",
)
SIMILARITY_CUTOFF = 0.75  # one wrong letter in a four-letter word


def without_extensions(value: object) -> object:
    """Drop foreign extension attributes, which CloudEvents allows; raise Malformed for a likely misspelling of ours."""
    if not isinstance(value, dict):
        return value
    foreign = {name for name in value if _is_extension(name, value[name])}
    for name in sorted(foreign):
        for attribute in difflib.get_close_matches(
            name, PROTECTED_ATTRIBUTES, 1, SIMILARITY_CUTOFF
        ):
            detail = f"an attribute is spelt almost as {attribute}: correct it, or rename it if it is your own"
            raise Malformed("not_canonical", detail)
    return {name: content for name, content in value.items() if name not in foreign}


def _is_extension(name: str, value: object) -> bool:
    """Return whether it is a CloudEvents 1.0 extension: lower-case letters and digits, and a simple value."""
    if name in CloudEvent.model_fields or re.fullmatch(r"[a-z0-9]+", name) is None:
        return False
    return value is None or isinstance(value, str | bool | int | float)


def parse(body: bytes) -> object:
    """Parse the body as JSON; raise Malformed otherwise, including for NaN, infinite numbers and excessive nesting."""
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
