"""How vendors really write: field types that take what is meant, and remember what they could not take.

Every vendor's payload models are built from these. An optional part that cannot be understood becomes a fault, so that
the rest of the delivery is used and the part is set aside; what an event cannot do without stays an error.
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

LONGEST_ID, LONGEST_TEXT = 150, 500
LATEST_MS = 2**42  # the year 2109
TRUE, FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class Read(BaseModel):
    """A part of a vendor's body; what we do not read we do not hold, and so never pass on."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def read(model: type[M], body: bytes) -> tuple[M, tuple[Condition, ...]]:
    """The body as `model`, and the optional parts of it that could not be understood; raise Malformed."""
    places: list[str] = []
    try:
        found = model.model_validate_json(body, context=places)
    except ValidationError as error:
        raise refusal(error) from None  # the chained error would repeat the person's data
    return found, tuple(Malformed("unmapped_value", place) for place in dict.fromkeys(places))


def refusal(error: ValidationError) -> Malformed:
    """What is wrong with a body: places and kinds, never its values."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    kinds = {problem["type"] for problem in problems}
    if "json_invalid" in kinds:
        return Malformed("not_json", "the body is not JSON")
    places = _places(error)
    if kinds <= {"missing"} and all(len(problem["loc"]) > 1 for problem in problems):
        return Malformed("missing_field", places)
    return Malformed("not_this_vendor", places)


def _places(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    places = sorted({".".join(map(str, problem["loc"])) for problem in problems} - {""})
    kinds = sorted({problem["type"] for problem in problems})
    return f"{', '.join(places)[:300]}: {', '.join(kinds)[:100]}".removeprefix(": ")


def _soft(value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """None for what cannot be understood, and a note of it."""
    try:
        return handler(value)
    except ValidationError as error:
        _note(error, info)
        return None


def _readable(value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """The entries of a list that can be understood, and a note of the others."""
    entries = value if isinstance(value, list) else [] if value in (None, {}, "") else value
    try:
        return handler(entries)
    except ValidationError as error:
        _note(error, info)
        if not isinstance(entries, list):
            return ()
        bad = {problem["loc"][0] for problem in error.errors() if problem["loc"]}
        return handler([each for index, each in enumerate(entries) if index not in bad])


def _note(error: ValidationError, info: ValidationInfo) -> None:
    if info.context is None:
        raise error
    info.context.append(f"{info.field_name}.{_places(error)}".replace(".:", ":"))


def identity(value: object) -> object:
    """Ids come as numbers and as text, with `12.0` for 12 from low-code tools; nothing else is an id."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def absent(value: object) -> object:
    """What vendors write for nothing: null, an empty list for an empty map, an empty text."""
    if isinstance(value, str):
        return value.strip() or None
    return None if value in ([], {}) else value


def _words(value: object) -> object:
    """Free text, numbers included, cut to what an event may carry."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return absent(value[:LONGEST_TEXT] if isinstance(value, str) else value)


def _flag(value: object) -> object:
    """Yes or no, in whatever clothes; anything else stays what it is, and is refused."""
    text = value.strip().casefold() if isinstance(value, str) else None
    if text in TRUE | FALSE:
        return text in TRUE
    return absent(value)


def _instant(value: object) -> object:
    """An instant as ISO 8601 or as milliseconds since 1970; naive if the text has no zone."""
    value = absent(value)
    if isinstance(value, str) and value.isdigit() and len(value) == 13:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        # Beyond these the conversion raises what is no ValueError.
        return within_reason(datetime.fromtimestamp(max(0, min(value, LATEST_MS)) / 1000, UTC))
    if not isinstance(value, str):
        return value
    return within_reason(datetime.fromisoformat(value.removesuffix(" UTC") + _zone(value)))


def _zone(text: str) -> str:
    return "+00:00" if text.endswith(" UTC") else ""


def _utc(value: object) -> object:
    """The same, and without a zone it is UTC."""
    moment = _instant(value)
    if not isinstance(moment, datetime):
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _day(value: object) -> object:
    """A day: `YYYY-MM-DD`, `MM/DD/YYYY` or `DD.MM.YYYY`, perhaps with a time behind it."""
    value = absent(value)
    if not isinstance(value, str):
        return value
    for mark, order in (("/", (2, 0, 1)), (".", (2, 1, 0))):
        parts = value.split(mark)
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            year, month, day = (int(parts[index]) for index in order)
            return within_reason(datetime(year, month, day)).date()  # noqa: DTZ001 - a day has no zone
    return within_reason(datetime.fromisoformat(value)).date()


def within_reason(moment: datetime) -> datetime:
    """The instant, unless it is a decoding mistake."""
    if not 1990 <= moment.year < 2100:
        msg = "outside the years 1990 to 2099"
        raise ValueError(msg)
    return moment


def _number(value: object) -> object:
    """A whole number, which may come as text or as `2.0`."""
    value = absent(value)
    return value.removesuffix(".0") if isinstance(value, str) else value


SOFT = WrapValidator(_soft)
_Id = Annotated[str, Field(max_length=LONGEST_ID)]

# An id that the event cannot do without, and one that it can.
Key = Annotated[str, BeforeValidator(identity), Field(min_length=1, max_length=LONGEST_ID)]
MaybeKey = Annotated[_Id | None, BeforeValidator(lambda value: absent(identity(value))), SOFT]
# Text that describes, and text that decides what the event means.
Words = Annotated[str | None, BeforeValidator(_words), SOFT]
Word = Annotated[str | None, BeforeValidator(_words)]
# A word of the vendor's own vocabulary, such as the name of an event.
_Term = Annotated[str, Field(max_length=100)]
Term = Annotated[_Term | None, BeforeValidator(_words)]
# Yes or no where it decides; what is neither is refused.
Flag = Annotated[bool | None, BeforeValidator(_flag)]
# Instants: of vendors that write UTC, and of those that may leave out the zone.
Moment = Annotated[datetime | None, BeforeValidator(_utc), SOFT]
LocalMoment = Annotated[datetime | None, BeforeValidator(_instant), SOFT]
Day = Annotated[date | None, BeforeValidator(_day), SOFT]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
Number = Annotated[_Count | None, BeforeValidator(_number), SOFT]
# A part that may be missing, one that decides, and a list.
Part = Annotated[T | None, BeforeValidator(absent), SOFT]
Whole = Annotated[T | None, BeforeValidator(absent)]
Each = Annotated[tuple[T, ...], WrapValidator(_readable)]


def named(value: object) -> object:
    """`{"name": …}` for a vendor that sometimes sends the name alone."""
    return {"name": value} if isinstance(value, str) and value.strip() else value
