"""Generated data of canonical events: whatever the models accept, made from their annotations."""

from datetime import UTC, date, datetime
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import reject
from hypothesis import strategies as st
from pydantic import AwareDatetime, ValidationError
from pydantic.fields import FieldInfo

from schemas.events.application import FrozenModel
from schemas.events.envelope import TYPES

LETTERS = st.characters(codec="utf-8")
INSTANTS = st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
DAYS = st.dates(date(1970, 1, 1), date(2099, 12, 31))
PATTERNS = {
    r"^[A-Z]{3}$": st.sampled_from(["JPY", "USD"]),
    r"^[0-9a-f]{64}$": st.just("0f" * 32),
    r"^[a-z0-9][a-z0-9_-]{0,62}$": st.sampled_from(["a", "years-5", "0_b"]),
    r"^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$": st.sampled_from(
        ["0f" * 16, "0f" * 20, "0f" * 32]
    ),
}


def data_of(name: str) -> st.SearchStrategy[FrozenModel]:
    """Data of that event type."""
    return model(TYPES[name])


def model(kind: type[FrozenModel]) -> st.SearchStrategy[FrozenModel]:
    """Instances of a model; a field without a default is always set."""
    hints = get_type_hints(kind, include_extras=True)
    fields = {
        name: _value(hints[name], field.metadata) for name, field in kind.model_fields.items()
    }
    required = {name for name, field in kind.model_fields.items() if field.is_required()}
    return st.fixed_dictionaries(
        {name: fields[name] for name in sorted(required)},
        optional={name: fields[name] for name in sorted(fields.keys() - required)},
    ).map(lambda values: _built(kind, values))


def _built(kind: type[FrozenModel], values: dict[str, Any]) -> FrozenModel:
    """Build the model; discard values that it accepts one by one and not together, such as a hire's cost without a hire."""
    try:
        return kind(**values)
    except ValidationError as error:
        assert {detail["loc"] for detail in error.errors()} == {()}, error
        return reject()


def _value(annotation: Any, metadata: list[Any] | None = None) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        more = [
            part
            for item in arguments[1:]
            for part in (item.metadata if isinstance(item, FieldInfo) else [item])
        ]
        return _value(arguments[0], [*(metadata or []), *more])
    if origin in {Union, UnionType}:
        return st.one_of(
            [st.none() if part is type(None) else _value(part, metadata) for part in arguments]
        )
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(_value(arguments[0]), max_size=3).map(tuple)
    if isinstance(annotation, type) and issubclass(annotation, FrozenModel):
        return model(annotation)
    return _plain(annotation, _limits(metadata or []))


def _limits(metadata: list[Any]) -> dict[str, Any]:
    names = ("min_length", "max_length", "ge", "le", "pattern")
    return {
        name: getattr(item, name)
        for item in metadata
        for name in names
        if getattr(item, name, None) is not None
    }


def _plain(annotation: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    if annotation is str and "pattern" in limits:
        return PATTERNS[limits["pattern"]]
    if annotation is str:
        return st.text(
            LETTERS, min_size=limits.get("min_length", 0), max_size=min(20, limits["max_length"])
        )
    by_type: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(limits.get("ge", -(2**31)), limits.get("le", 2**31 - 1)),
        float: st.floats(limits.get("ge", -1e6), limits.get("le", 1e6)),
        date: DAYS,
        AwareDatetime: INSTANTS,
    }
    return by_type[annotation]
