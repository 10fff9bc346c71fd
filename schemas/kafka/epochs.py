"""An epoch: one generation of all numbers, computed by one version of the fold and one mapping snapshot."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from schemas.events.application import FrozenModel
from schemas.tenants.mapping_snapshot import MappingSnapshot


class Epoch(FrozenModel):
    """One epoch. Readers see the `live` one; a `building` one is computed alongside; a `retired` one is deleted.

    `facts` is `schemas.funnel.fold.VERSION` of the code that computes it; `changed` is when this record was written.
    `rewritten`: an erasure has rewritten the events since, so only a replay makes the state of workers forget the person.
    """

    number: Annotated[int, Field(ge=0, lt=10_000)]
    state: Literal["building", "live", "retired"]
    facts: int
    meaning: MappingSnapshot
    changed: AwareDatetime
    rewritten: bool = False

    def following(self, earlier: "Epoch | None") -> "Epoch":
        """Return this record with what an earlier one of the same epoch knows and this one lacks.

        Workers that race record different new connections; each writes what it had read before. The first mapping of a
        connection stands.
        """
        if earlier is None:
            return self
        return self.model_copy(update={"meaning": earlier.meaning.extended_with(self.meaning)})


REPLAY_KEY = b"replay"  # the key of claims in the topic of epochs; all other keys are numbers


class ReplayClaim(FrozenModel):
    """One record of a running replay, written again and again while it runs; `beat` counts these records.

    `replaces` is the id of the claim that its writer saw end, empty if there was none. `by` says who, where and in which
    process.
    """

    id: str
    by: str
    since: AwareDatetime
    replaces: str = ""
    beat: int = 0
    released: bool = False


@dataclass
class ReplayClaims:
    """Who may replay, by the order of claims in the topic, which is the same for every reader."""

    holder: ReplayClaim | None = None

    def add(self, claim: ReplayClaim) -> None:
        """Add the next claim; one that replaces another than the present holder came too late, and counts nothing."""
        holder = self.holder
        if holder is None or holder.released or holder.id in {claim.id, claim.replaces}:
            self.holder = claim
