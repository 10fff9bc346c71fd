"""Lenient Pydantic field types for vendor payloads, which record the optional parts they cannot parse.

Every vendor's payload models use them. An optional part that cannot be parsed becomes a fault: the rest of the
delivery is used and the part is quarantined. A field that an event requires still raises an error.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from schemas.errors import Condition, Malformed
from streams.ingest.problems import MAX_LISTED, VENDOR_REMEDY, describe, listed

MAX_ID_LENGTH, MAX_TEXT_LENGTH = 150, 500
MAX_ENTRIES = 2_000  # of one list; validating one that is wrong takes time in proportion
LATEST_MS = 2**42  # the year 2109
TRUE, FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class VendorPayload(BaseModel):
    """Part of a vendor's body. Fields we do not read are dropped, so they are never passed on."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def parse(model: type[M], body: bytes) -> tuple[M, tuple[Condition, ...]]:
    """Parse the body as `model`; also return a fault for each optional part that is invalid; raise Malformed."""
    places: list[str] = []
    try:
        parsed = model.model_validate_json(body, context=places)
    except ValidationError as error:
        raise malformed(error) from None  # the chained error would contain personal data
    return parsed, tuple(Malformed("unmapped_value", place) for place in dict.fromkeys(places))


def malformed(error: ValidationError) -> Malformed:
    """Describe what is wrong with a body: locations and what belongs there, never values."""
    problems = listed(error)
    kinds = {problem["type"] for problem in problems}
    if "json_invalid" in kinds:
        return Malformed("not_json", "the body is not JSON")
    detail = f"{describe(error)}; {VENDOR_REMEDY}"
    if kinds <= {"missing"} and all(len(problem["loc"]) > 1 for problem in problems):
        return Malformed("missing_field", detail)
    return Malformed("not_this_vendor", detail)


def _lenient(value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """Return None for an invalid value and record a fault."""
    try:
        return handler(value)
    except ValidationError as error:
        _record_fault(error, info)
        return None


def _valid_entries(
    value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> Any:
    """Return the valid entries of a list and record a fault for the others."""
    entries = value if isinstance(value, list) else [] if value in (None, {}, "") else value
    if isinstance(entries, list) and len(entries) > MAX_ENTRIES and info.context is not None:
        info.context.append(f"{info.field_name} has more than {MAX_ENTRIES} entries")
        return ()
    try:
        return handler(entries)
    except ValidationError as error:
        _record_fault(error, info)
        if not isinstance(entries, list) or error.error_count() > MAX_LISTED:
            return ()
        bad = {problem["loc"][0] for problem in listed(error) if problem["loc"]}
        return handler([entry for index, entry in enumerate(entries) if index not in bad])


def _record_fault(error: ValidationError, info: ValidationInfo) -> None:
    if info.context is None:
        raise error
    info.context.append(describe(error, place=info.field_name or ""))


def normalize_id(value: object) -> object:
    """Convert a numeric id to text; low-code tools send `12.0` for 12. Other types are returned unchanged."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def empty_to_none(value: object) -> object:
    """Return None for every spelling of no value: null, an empty list or map, an empty text."""
    if isinstance(value, str):
        return value.strip() or None
    return None if value in ([], {}) else value


def _text(value: object) -> object:
    """Convert text or a number to text, truncated to the length an event may carry."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return empty_to_none(value[:MAX_TEXT_LENGTH] if isinstance(value, str) else value)


def _flag(value: object) -> object:
    """Convert any spelling of yes or no to a bool; anything else is returned unchanged and then refused."""
    text = value.strip().casefold() if isinstance(value, str) else None
    if text in TRUE | FALSE:
        return text in TRUE
    return empty_to_none(value)


def _instant(value: object) -> object:
    """Parse ISO 8601 or milliseconds since 1970; the result is naive if the text has no zone."""
    value = empty_to_none(value)
    if isinstance(value, str) and value.isdigit() and len(value) == 13:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        # Outside this range the conversion raises something other than ValueError.
        return plausible(datetime.fromtimestamp(max(0, min(value, LATEST_MS)) / 1000, UTC))
    if not isinstance(value, str):
        return value
    return plausible(datetime.fromisoformat(value.removesuffix(" UTC") + _zone(value)))


def _zone(text: str) -> str:
    return "+00:00" if text.endswith(" UTC") else ""


def _utc(value: object) -> object:
    """Parse an instant; without a zone it is UTC."""
    moment = _instant(value)
    if not isinstance(moment, datetime):
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _day(value: object) -> object:
    """Parse a day: `YYYY-MM-DD`, `MM/DD/YYYY` or `DD.MM.YYYY`, optionally followed by a time."""
    value = empty_to_none(value)
    if not isinstance(value, str):
        return value
    for mark, order in (("/", (2, 0, 1)), (".", (2, 1, 0))):
        parts = value.split(mark)
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            year, month, day = (int(parts[index]) for index in order)
            return plausible(datetime(year, month, day)).date()  # noqa: DTZ001 - a day has no zone
    return plausible(datetime.fromisoformat(value)).date()


def plausible(moment: datetime) -> datetime:
    """Return the instant; raise ValueError outside 1990 to 2099, where it is a decoding mistake."""
    if not 1990 <= moment.year < 2100:
        msg = "outside the years 1990 to 2099"
        raise ValueError(msg)
    return moment


def _number(value: object) -> object:
    """Normalize a whole number, which may arrive as text or as `2.0`."""
    value = empty_to_none(value)
    return value.removesuffix(".0") if isinstance(value, str) else value


LENIENT = WrapValidator(_lenient)
_Id = Annotated[str, Field(max_length=MAX_ID_LENGTH)]

# A required id, and an optional one.
Key = Annotated[str, BeforeValidator(normalize_id), Field(min_length=1, max_length=MAX_ID_LENGTH)]
OptionalKey = Annotated[
    _Id | None, BeforeValidator(lambda value: empty_to_none(normalize_id(value))), LENIENT
]
# Descriptive text (invalid: a fault), and text that decides what the event means (invalid: an error).
LenientText = Annotated[str | None, BeforeValidator(_text), LENIENT]
StrictText = Annotated[str | None, BeforeValidator(_text)]
# A term of the vendor's vocabulary, such as an event name.
_Term = Annotated[str, Field(max_length=100)]
Term = Annotated[_Term | None, BeforeValidator(_text)]
# A boolean that decides what the event means; anything else is an error.
Flag = Annotated[bool | None, BeforeValidator(_flag)]
# Instants: from vendors that write UTC, and from vendors that may omit the zone.
Instant = Annotated[datetime | None, BeforeValidator(_utc), LENIENT]
LocalInstant = Annotated[datetime | None, BeforeValidator(_instant), LENIENT]
Day = Annotated[date | None, BeforeValidator(_day), LENIENT]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
Number = Annotated[_Count | None, BeforeValidator(_number), LENIENT]
# A nested object that may be invalid, one that must be valid if present, and a list.
LenientPart = Annotated[T | None, BeforeValidator(empty_to_none), LENIENT]
StrictPart = Annotated[T | None, BeforeValidator(empty_to_none)]
LenientList = Annotated[tuple[T, ...], WrapValidator(_valid_entries)]


def name_to_object(value: object) -> object:
    """Return `{"name": …}` when a vendor sends the bare name."""
    return {"name": value} if isinstance(value, str) and value.strip() else value
