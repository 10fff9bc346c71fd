"""Other spellings of canonical data that a sender may use, brought into the one that our models know."""

from collections.abc import Mapping
from typing import Any

from schemas.errors import Malformed

Data = dict[str, Any]

# Who ended it is what these types say; `unknown` leaves it to the reason.
PARTIES = {
    "application.rejected": "company",
    "application.withdrawn": "candidate",
    "application.closed": "neither",
}
WITHDRAWN, HIRES = "application.withdrawn", ("application.hired", "application.unhired")
OTHERS = ("company", "candidate", "neither")
# Whose data it is the connection says.
OURS = ("tenant_id", "connection_id")
NAMES: Mapping[str, Mapping[str, str]] = {
    "candidate.merged": {"from": "from_id", "into": "into_id"},
    "pipeline.remapped": {"remap": "moves"},
}
MOVE = {"from": "from_id", "to": "to_id"}


def canonical(name: str, data: Data) -> Data:
    """The data of an event of that type; raise Malformed where it contradicts itself.

    What has two spellings at once, or none that we know, is left for the model to refuse.
    """
    found = {key: value for key, value in data.items() if key not in OURS or _holds_more(value)}
    found = _renamed(found, NAMES.get(name, {}))
    moves = found.get("moves")
    if name == "pipeline.remapped" and isinstance(moves, list):
        found["moves"] = [
            _renamed(each, MOVE) if isinstance(each, dict) else each for each in moves
        ]
    if name in HIRES:
        found = _with_opening(found)
    return _with_party(name, found)


def _holds_more(value: object) -> bool:
    return isinstance(value, dict | list)


def _renamed(data: Data, names: Mapping[str, str]) -> Data:
    return {
        names[key] if key in names and names[key] not in data else key: value
        for key, value in data.items()
    }


def _with_opening(data: Data) -> Data:
    """The seat that was filled is one of the application's attributes."""
    application = data.get("application")
    if "opening_id" not in data or not isinstance(application, dict):
        return data
    seat = data["opening_id"]
    if application.get("opening_id", seat) != seat:
        raise Malformed("not_canonical", "opening_id and application.opening_id are not the same")
    rest = {key: value for key, value in data.items() if key != "opening_id"}
    return {**rest, "application": {**application, "opening_id": seat}}


def _with_party(name: str, data: Data) -> Data:
    party = data.get("party")
    if party is None and name == WITHDRAWN:
        return {**data, "party": PARTIES[name]}
    if name in PARTIES and party in OTHERS and party != PARTIES[name]:
        meant = next(each for each, whose in PARTIES.items() if whose == party)
        why = f"party: {name} is by {PARTIES[name]}; what was by {party} is {meant}"
        raise Malformed("not_canonical", why)
    return data
