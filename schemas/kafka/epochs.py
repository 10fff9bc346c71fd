"""An epoch: one generation of all numbers, counted by one version of the facts and one meaning of the words."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from schemas.events.application import FrozenModel
from schemas.tenants.mapping_snapshot import MappingSnapshot


class Epoch(FrozenModel):
    """One epoch. `live` is what readers are shown; `building` is counted beside it; `retired` is gone.

    `facts` is `schemas.funnel.fold.VERSION` of the code that counts it, `changed` when this was last written.
    """

    number: Annotated[int, Field(ge=0, lt=10_000)]
    state: Literal["building", "live", "retired"]
    facts: int
    meaning: MappingSnapshot
    changed: AwareDatetime
