"""Says what is wrong with a body in plain sentences: what is missing or wrong, where, and what to write instead.

The texts reach senders, logs and the quarantine listing, so they hold names of our own fields and never a value.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

MAX_PROBLEMS = 5  # named in one text; a sender corrects these first
MAX_LISTED = 200  # looked at
# What to do about a delivery whose sender is a vendor and not the customer.
VENDOR_REMEDY = (
    "if the vendor has changed its format, update Hirelay, then run `hirelay dlq replay`"
)
_TIME = "write it as 2026-04-01T09:00:00+09:00"
_DAY = "write it as 2026-04-01"
_NUMBER = "must be a number, without quotes"
# Kind of error → what is wrong and what to do; `{…}` are limits of our own models.
_SENTENCES = {
    "missing": "is missing",
    "literal_error": "has a value that is not accepted: write {expected}",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "string_type": "must be text, in quotes",
    "string_too_short": "is empty",
    "string_too_long": "has more than {max_length} characters",
    "string_unicode": "is not Unicode text",
    "string_pattern_mismatch": "is not written as it must be",
    "bool_type": "must be true or false, without quotes",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number, without quotes",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": _NUMBER,
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be below {lt}",
    "timezone_aware": f"has no time zone: {_TIME}",
    "too_long": "has more than {max_length} entries",
    "too_short": "has too few entries",
    "too_many": "has {count} problems, too many to list",
}
_BY_PREFIX = (("datetime_", f"is not a time: {_TIME}"), ("date_", f"is not a day: {_DAY}"))
_BY_FIELD = {"currency": "is not three capital letters of ISO 4217, such as JPY"}
# Messages of our own validators that name no value.
_PLAIN_MESSAGES = ("outside the years 1990 to 2099",)


def listed(error: ValidationError) -> list[Any]:
    """Return the problems as Pydantic describes them, or one that counts them if they are too many to look at.

    Describing takes time and memory in proportion to the problems, which the sender chooses.
    """
    count = error.error_count()
    if count > MAX_LISTED:
        return [{"type": "too_many", "loc": (), "ctx": {"count": count}, "input": None}]
    return list(error.errors(include_url=False))


def describe(error: ValidationError, model: type[BaseModel] | None = None, place: str = "") -> str:
    """The problems as one text, such as `data.stage.id is missing; data.party has …`; `place` is where the value stood.

    With the model, an unknown field is answered with those that are known.
    """
    texts = list(dict.fromkeys(_texts(listed(error), model, place)))
    more = len(texts) - MAX_PROBLEMS
    return "; ".join(texts[:MAX_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")


def _texts(problems: Sequence[Any], model: type[BaseModel] | None, place: str) -> Iterator[str]:
    for problem in problems:
        loc = tuple(problem["loc"])
        if problem["type"] == "extra_forbidden":
            # The last part of the location is the sender's own word, which might be anything.
            yield _unknown_field(model, loc[:-1], place)
        else:
            yield f"{_place(loc, place) or 'the body'} {_sentence(problem)}"


def _sentence(problem: Any) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "string_pattern_mismatch" and problem["loc"] and problem["loc"][-1] in _BY_FIELD:
        return _BY_FIELD[problem["loc"][-1]]
    if kind == "value_error":
        message = str(context.get("error", ""))
        plain = next((text for text in _PLAIN_MESSAGES if text in message), None)
        return f"lies {plain}" if plain else "cannot be read"
    for prefix, text in _BY_PREFIX:
        if kind.startswith(prefix):
            return text
    return _SENTENCES.get(kind, "cannot be used").format_map(context)


def _place(loc: Sequence[int | str], prefix: str) -> str:
    """The location as people write it, `interviewers[0].user_id`, without the parser's own steps."""
    text = prefix
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(r"[\w-]{1,60}", part):
            text += f".{part}" if text else part
    return text


def _unknown_field(model: type[BaseModel] | None, loc: Sequence[int | str], place: str) -> str:
    where = _place(loc, place) or "the body"
    inner = None if model is None else _model_at(model, loc)
    fields = "" if inner is None else ", ".join(inner.model_fields)
    return f"{where} has an unknown field: remove or rename it" + (
        f"; its fields are {fields}" if fields else ""
    )


def _model_at(model: type[BaseModel], loc: Sequence[int | str]) -> type[BaseModel] | None:
    current: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, int) or current is None:
            continue
        field = current.model_fields.get(part)
        current = None if field is None else next(models_in(field.annotation), None)
    return current


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field of this annotation may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)
