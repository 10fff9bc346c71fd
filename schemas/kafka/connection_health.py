"""What a gateway has counted of a connection: the record of the `connection-health` topic."""

from typing import Literal

from pydantic import AwareDatetime

from schemas.events.application import FrozenModel, Id, Text

What = Literal["event", "outcome", "reason", "signature"]
LET_IN = frozenset({"accepted", "ignored", "ping", "quarantined"})  # outcomes of a delivery


class HealthCount(FrozenModel):
    """`total` things of a name since the gateway process `run` started, the latest of them at `last`.

    `what` is event (the vendor's own name of it), outcome (of a delivery), reason (of a quarantine) or signature.
    """

    tenant: Id
    connection: Id
    vendor: Id
    run: Id
    what: What
    name: Text
    total: int
    last: AwareDatetime

    def key(self) -> bytes:
        """What a later count replaces."""
        return f"{self.connection}/{self.run}/{self.what}/{self.name}".encode()
