"""Actions taken on a breach: one of a closed set and a time, never a person and never free text."""

from hashlib import sha256
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, Field

from schemas.events.application import FrozenModel

Action = Literal["accepted", "ignored", "done"]
ACTIONS: tuple[Action, ...] = get_args(Action)
ACTIONS_PATH = "/v1/breaches/{breach}/actions"  # where the gateway takes them


class BreachAction(FrozenModel):
    """One action; the record of the topic `breach-actions`, whose key is `key`.

    `at` is when the action was taken, as far as the caller states, `recorded` when the gateway received it. `id` identifies the
    action permanently: if several records share an id, the first wins, so a repeated request changes nothing.
    """

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    tenant: str
    breach: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    action: Action
    at: AwareDatetime
    recorded: AwareDatetime

    @property
    def key(self) -> bytes:
        """The record's key, which equals the breach's own key."""
        return f"{self.tenant}/{self.breach}".encode()


def action_id(tenant: str, breach: str, action: str, key: str) -> str:
    """The id of an action. The caller's `key` may contain anything, so it is only hashed and stored nowhere else."""
    return sha256("\x1f".join((tenant, breach, action, key)).encode()).hexdigest()[:32]


def deduplicate(records: list[BreachAction]) -> list[BreachAction]:
    """Each action once, as its first record states, ordered by `at`; `records` must be in the order they were written."""
    first: dict[str, BreachAction] = {}
    for record in records:
        first.setdefault(record.id, record)
    return sorted(first.values(), key=lambda action: action.at)
