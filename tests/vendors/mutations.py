"""Vendor deliveries with fields changed or removed, as vendors and their customers do."""

import copy
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from streams.simulator.season import season
from tests.ingest.gateways import Fixture, files, fixture

FOLDER = Path(__file__).parent
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        [
            "",
            " ",
            "選考中",
            "2026-04-01T09:00:00",
            "2026-04-01",
            "0001-01-01T00:00:00+14:00",
            "13/45/2020",
            "2015-02-30",
            "9" * 600,
            "1e400",
            "ﷺ" * 300,
            "\x1f",
        ]
    ),
    st.just([]),
    st.just({}),
    st.lists(st.integers() | st.text(max_size=3), max_size=3),
)


SIGNED = {"lever": {"triggeredAt"}}  # fields that the signature needs


@cache
def fixtures(vendor: str) -> list[Fixture]:
    """Return every delivery in the vendor's folder; for our own format, those of a simulated season."""
    paths = files(vendor)
    if not paths:
        until = datetime(2026, 3, 31, tzinfo=UTC)
        deliveries = season(3, deliveries=2000, days=60, until=until)
        kinds = {
            delivery.event: delivery.body for delivery in deliveries if delivery.vendor == vendor
        }
        return [Fixture(vendor, body) for body in kinds.values()]
    return [fixture(path) for path in paths]


def named(name: str, **changes: object) -> Fixture:
    """Return `tests/vendors/<vendor>/<event>.json`; `changes` name fields as `data__application__id`."""
    delivery = fixture(FOLDER / f"{name}.json")
    if not changes:
        return delivery
    body = json.loads(delivery.body)
    for path, value in changes.items():
        *parents, last = path.split("__")
        container = body
        for step in parents:
            container = container[step]
        container[last] = value
    return Fixture(delivery.vendor, json.dumps(body).encode(), delivery.headers)


def all_paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return every path in a JSON value except the root."""
    result = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            result += all_paths(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            result += all_paths(inner, (*path, index))
    return result


def respellings(value: Any) -> st.SearchStrategy[Any]:
    """Draw the value as another version of the vendor's system may format it, or an unrelated value."""
    if isinstance(value, bool) or value is None:
        return STRANGE
    if isinstance(value, int | float):
        return STRANGE | st.just(str(value))
    if isinstance(value, str):
        naive = value.removesuffix("Z").split("+")[0].split(".")[0]
        return STRANGE | st.sampled_from([naive, value.upper(), f" {value} ", [value], value * 40])
    if isinstance(value, list):
        return STRANGE | st.sampled_from([value * 2, dict.fromkeys(map(str, range(len(value))))])
    return STRANGE | st.just([value]) | st.just(list(value.values()))


def set_at(body: Any, path: tuple[Any, ...], value: object) -> None:
    """Set the value at one path."""
    *parents, last = path
    for step in parents:
        body = body[step]
    body[last] = value


def remove_at(body: Any, path: tuple[Any, ...]) -> Any:
    """Remove and return the value at one path."""
    *parents, last = path
    for step in parents:
        body = body[step]
    return body.pop(last)


@st.composite
def changed_delivery(draw: st.DrawFn, vendor: str) -> Fixture:
    """Draw a delivery with up to four fields changed, removed or renamed."""
    original = draw(st.sampled_from(fixtures(vendor)))
    body = copy.deepcopy(json.loads(original.body))
    for _ in range(draw(st.integers(1, 4))):
        signed = SIGNED.get(vendor, set())
        paths = [path for path in all_paths(body) if path[0] not in signed]
        if not paths:
            break
        path = draw(st.sampled_from(paths))
        change = draw(st.sampled_from(["change", "change", "remove", "rename"]))
        value = remove_at(body, path) if change != "change" else get_at(body, path)
        if change == "change":
            set_at(body, path, draw(respellings(value)))
        elif change == "rename" and isinstance(path[-1], str):
            set_at(body, (*path[:-1], f"{path[-1]}_"), value)
    return Fixture(vendor, json.dumps(body).encode(), original.headers)


def get_at(body: Any, path: tuple[Any, ...]) -> Any:
    """Return the value at one path."""
    for step in path:
        body = body[step]
    return body
