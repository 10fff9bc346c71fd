"""The record of the `connection-health` topic: a count that a gateway keeps for a connection."""

from typing import Literal

from pydantic import AwareDatetime

from schemas.events.application import FrozenModel, Id, Text

HealthKind = Literal["event", "outcome", "reason", "signature", "unverified", "not_counted"]
ACCEPTED_OUTCOMES = frozenset(
    {"accepted", "ignored", "ping", "quarantined"}
)  # outcomes of a delivery that count as accepted


class HealthCount(FrozenModel):
    """How often `name` occurred since the gateway process `run` started; it last occurred at `last`.

    `what` is event (`name` is the vendor's event name), outcome (of a verified delivery), reason (of a quarantine), signature,
    unverified (outcome of a request that nobody has to sign), or not_counted (`name` is the canonical type of an accepted event that no number contains yet).
    """

    tenant: Id
    connection: Id
    vendor: Id
    run: Id
    what: HealthKind
    name: Text
    total: int
    last: AwareDatetime

    def key(self) -> bytes:
        """Return the record key; a later count with the same key replaces this one."""
        return f"{self.connection}/{self.run}/{self.what}/{self.name}".encode()
