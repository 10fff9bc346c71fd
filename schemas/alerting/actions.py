"""What somebody did about a breach: which of a closed set of things, and when; never who, and never in words."""

from hashlib import sha256
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, Field

from schemas.events.application import FrozenModel

Action = Literal["accepted", "ignored", "done"]
ACTIONS: tuple[Action, ...] = get_args(Action)


class BreachAction(FrozenModel):
    """One action; the record of the topic `breach-actions`, whose key is `key`.

    `at` is when it was done, as far as anybody said, `recorded` when the gateway heard of it. `id` names the action for
    ever: of several records of one id the first stands, so a request that is repeated changes nothing.
    """

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    tenant: str
    breach: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    action: Action
    at: AwareDatetime
    recorded: AwareDatetime

    @property
    def key(self) -> bytes:
        """Of its record; that of the breach's own."""
        return f"{self.tenant}/{self.breach}".encode()


def identity(tenant: str, breach: str, action: str, key: str) -> str:
    """The id of an action. The sender's `key` is a part of it and is kept nowhere else: it could be anything."""
    return sha256("\x1f".join((tenant, breach, action, key)).encode()).hexdigest()[:32]


def standing(records: list[BreachAction]) -> list[BreachAction]:
    """Each action once, as its first record says, in the order in which they were done; `records` as they were written."""
    first: dict[str, BreachAction] = {}
    for each in records:
        first.setdefault(each.id, each)
    return sorted(first.values(), key=lambda each: each.at)
