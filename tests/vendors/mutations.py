"""Deliveries of a vendor with places of them changed or removed, as vendors and their customers do."""

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


SIGNED = {"lever": {"triggeredAt"}}  # parts without which the body cannot be signed


@cache
def fixtures(vendor: str) -> list[Fixture]:
    """Every delivery in the vendor's folder; for our own format, of a simulated season."""
    paths = files(vendor)
    if not paths:
        until = datetime(2026, 3, 31, tzinfo=UTC)
        made = season(3, deliveries=2000, days=60, until=until)
        kinds = {each.event: each.body for each in made if each.vendor == vendor}
        return [Fixture(vendor, body) for body in kinds.values()]
    return [fixture(path) for path in paths]


def named(name: str, **changes: object) -> Fixture:
    """A delivery in `tests/vendors/<vendor>/<event>.json`; `changes` name places as `data__application__id`."""
    delivery = fixture(FOLDER / f"{name}.json")
    if not changes:
        return delivery
    body = json.loads(delivery.body)
    for place, value in changes.items():
        *way, last = place.split("__")
        found = body
        for step in way:
            found = found[step]
        found[last] = value
    return Fixture(delivery.vendor, json.dumps(body).encode(), delivery.headers)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value but its top."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


def respelled(value: Any) -> st.SearchStrategy[Any]:
    """The same value as another version of the vendor's system spells it, or something else altogether."""
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


def put(body: Any, path: tuple[Any, ...], value: object) -> None:
    """Change one place."""
    *way, last = path
    for step in way:
        body = body[step]
    body[last] = value


def taken(body: Any, path: tuple[Any, ...]) -> Any:
    """Remove one place and return what was there."""
    *way, last = path
    for step in way:
        body = body[step]
    return body.pop(last)


@st.composite
def broken(draw: st.DrawFn, vendor: str) -> Fixture:
    """A delivery with up to four places changed, removed or renamed."""
    original = draw(st.sampled_from(fixtures(vendor)))
    body = copy.deepcopy(json.loads(original.body))
    for _ in range(draw(st.integers(1, 4))):
        signed = SIGNED.get(vendor, set())
        found = [path for path in places(body) if path[0] not in signed]
        if not found:
            break
        path = draw(st.sampled_from(found))
        what = draw(st.sampled_from(["change", "change", "remove", "rename"]))
        value = taken(body, path) if what != "change" else _at(body, path)
        if what == "change":
            put(body, path, draw(respelled(value)))
        elif what == "rename" and isinstance(path[-1], str):
            put(body, (*path[:-1], f"{path[-1]}_"), value)
    return Fixture(vendor, json.dumps(body).encode(), original.headers)


def _at(body: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        body = body[step]
    return body
