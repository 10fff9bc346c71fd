"""Converts alternative spellings of canonical data to the one that our models accept."""

from collections.abc import Mapping
from typing import Any

from schemas.errors import Malformed

Data = dict[str, Any]

# These types imply the party; with `unknown` the reason decides.
PARTIES = {
    "application.rejected": "company",
    "application.withdrawn": "candidate",
    "application.closed": "neither",
}
WITHDRAWN, HIRES = "application.withdrawn", ("application.hired", "application.unhired")
KNOWN_PARTIES = ("company", "candidate", "neither")
# The connection determines the tenant, so these keys are dropped.
ROUTING_KEYS = ("tenant_id", "connection_id")
NAMES: Mapping[str, Mapping[str, str]] = {
    "candidate.merged": {"from": "from_id", "into": "into_id"},
    "pipeline.remapped": {"remap": "moves"},
}
MOVE = {"from": "from_id", "to": "to_id"}


def to_canonical(name: str, data: Data) -> Data:
    """Return the data of an event of that type; raise Malformed if it contradicts itself.

    Two spellings at once, or an unknown one, are left for the model to refuse.
    """
    result = {
        key: value for key, value in data.items() if key not in ROUTING_KEYS or _is_nested(value)
    }
    result = _renamed(result, NAMES.get(name, {}))
    moves = result.get("moves")
    if name == "pipeline.remapped" and isinstance(moves, list):
        result["moves"] = [
            _renamed(move, MOVE) if isinstance(move, dict) else move for move in moves
        ]
    if name in HIRES:
        result = _with_opening(result)
    return _with_party(name, result)


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)


def _renamed(data: Data, names: Mapping[str, str]) -> Data:
    return {
        names[key] if key in names and names[key] not in data else key: value
        for key, value in data.items()
    }


def _with_opening(data: Data) -> Data:
    """Move the filled opening into the application's attributes."""
    application = data.get("application")
    if "opening_id" not in data or not isinstance(application, dict):
        return data
    opening_id = data["opening_id"]
    if application.get("opening_id", opening_id) != opening_id:
        raise Malformed("not_canonical", "opening_id and application.opening_id are not the same")
    rest = {key: value for key, value in data.items() if key != "opening_id"}
    return {**rest, "application": {**application, "opening_id": opening_id}}


def _with_party(name: str, data: Data) -> Data:
    party = data.get("party")
    if party is None and name == WITHDRAWN:
        return {**data, "party": PARTIES[name]}
    if name in PARTIES and party in KNOWN_PARTIES and party != PARTIES[name]:
        expected = next(event_type for event_type, implied in PARTIES.items() if implied == party)
        detail = f"party: {name} is by {PARTIES[name]}; what was by {party} is {expected}"
        raise Malformed("not_canonical", detail)
    return data
