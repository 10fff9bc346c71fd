"""For how long data is kept that may end: what Kafka cuts for all companies, and what ends for one company."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from schemas.events.application import FrozenModel

DEFAULT_QUARANTINE_DAYS = 30
# What cannot end by age, by the key under which one would look for it, and what to do instead.
ENDLESS = {
    "events_days": "every number is counted from the events, so they stay; `candidates_days` of a company forgets the people in them",
    "cells_days": "cells are the numbers themselves and name no candidate",
    "ledger_days": "a balance is the sum of all records; `candidates_days` of a company forgets the people in them",
}


def _refuse_endless(value: Any) -> Any:
    if isinstance(value, dict):
        for key in ENDLESS.keys() & value.keys():
            msg = f"`{key}` is not possible: {ENDLESS[key]}"
            raise ValueError(msg)
    return value


class TopicRetention(FrozenModel):
    """Days for which Kafka keeps a topic, for all companies alike, because a topic ends by the age of its records alone.

    `quarantine_days`: refused deliveries, encrypted. `audit_days`: who did what, in ClickHouse too; None is for ever.
    """

    quarantine_days: Annotated[int, Field(ge=1, le=365)] = DEFAULT_QUARANTINE_DAYS
    audit_days: Annotated[int, Field(ge=365, le=36_500)] | None = None

    _endless = model_validator(mode="before")(_refuse_endless)


class TenantRetention(FrozenModel):
    """Days for which something of one company is kept; None is for ever.

    `quarantine_days`: the list of refused deliveries in ClickHouse, with their reasons and without their bodies.
    `candidates_days`: the ids of a candidate to whom nothing has happened since; at least a year, because retention of hires
    is measured that long. They end when `hirelay erase --expired` is run.
    """

    quarantine_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    candidates_days: Annotated[int, Field(ge=366, le=36_500)] | None = None

    _endless = model_validator(mode="before")(_refuse_endless)

    def refuse_shorter_than(self, topics: TopicRetention) -> Self:
        """Return itself; raise ValueError if rows would end before the deliveries that they list."""
        if self.quarantine_days is not None and self.quarantine_days < topics.quarantine_days:
            msg = (
                f"`retention.quarantine_days` is {self.quarantine_days}, but Kafka keeps the deliveries themselves for "
                f"{topics.quarantine_days} days: lower `quarantine_days` of the `retention` above `tenants` too, which is for all"
            )
            raise ValueError(msg)
        return self
