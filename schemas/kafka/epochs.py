"""An epoch: one generation of all numbers, computed by one version of the fold and one mapping snapshot."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from schemas.events.application import FrozenModel
from schemas.tenants.mapping_snapshot import MappingSnapshot


class Epoch(FrozenModel):
    """One epoch. Readers see the `live` one; a `building` one is computed alongside; a `retired` one is deleted.

    `facts` is `schemas.funnel.fold.VERSION` of the code that computes it; `changed` is when this record was written.
    """

    number: Annotated[int, Field(ge=0, lt=10_000)]
    state: Literal["building", "live", "retired"]
    facts: int
    meaning: MappingSnapshot
    changed: AwareDatetime

    def following(self, earlier: "Epoch | None") -> "Epoch":
        """Return this record with what an earlier one of the same epoch knows and this one lacks.

        Workers that race record different new connections; each writes what it had read before. The first mapping of a
        connection stands.
        """
        if earlier is None:
            return self
        return self.model_copy(update={"meaning": earlier.meaning.extended_with(self.meaning)})
