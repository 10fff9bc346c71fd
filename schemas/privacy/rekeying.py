"""Brings the ids of people in a log under the company's newest person key."""

from collections.abc import Callable
from dataclasses import dataclass, field

from schemas.privacy.packs import rewritten_pack, rewritten_record
from schemas.privacy.person_ids import PersonKeys, generation
from schemas.privacy.pseudonyms import PREFIX
from schemas.privacy.references import (
    JsonObject,
    Reference,
    references,
    replaced,
    replaced_in_ledger,
)

HashesCandidates = Callable[[JsonObject], bool]  # whether an event's candidate id is a digest too


@dataclass
class Rekeying:
    """Replaces every id that an older key has made; `new` has the replacements so far, `unknown` ids that no key explains.

    Ids of persons are digests of ours; ids of candidates are those of their system, except in events of which
    `hashes_candidates` says otherwise. These are noted first.
    """

    tenant: str
    keys: PersonKeys
    hashes_candidates: HashesCandidates
    new: dict[Reference, str] = field(default_factory=dict)
    unknown: set[Reference] = field(default_factory=set)
    events: int = 0

    def note(self, event: JsonObject) -> None:
        """Remember which ids of an event are digests and become others."""
        kinds = {"person", "candidate"} if self.hashes_candidates(event) else {"person"}
        for reference in references(event):
            if reference.kind in kinds:
                self._note(reference)

    def _note(self, reference: Reference) -> None:
        if reference.id.startswith(PREFIX):
            return  # whoever it was, was erased
        upgraded = self.keys.upgraded(reference.id)
        if upgraded is None:
            self.unknown.add(reference)
        elif upgraded != reference.id:
            self.new[reference] = upgraded

    def of(self, reference: Reference) -> str:
        """Return the id under the newest key, or the same id."""
        return self.new.get(reference, reference.id)

    def in_pack(self, value: bytes) -> bytes:
        """Return the record under the newest key; the same bytes if nothing changes. Raise ValueError if it is no pack."""
        return rewritten_pack(value, self.tenant, self._in_event)

    def _in_event(self, event: JsonObject) -> JsonObject:
        rewritten = replaced(event, self.of)
        self.events += rewritten != event
        return rewritten

    def in_ledger(self, value: bytes) -> bytes:
        """Return a record of the relay's ledger under the newest key; raise ValueError."""
        return rewritten_record(value, self.tenant, lambda r: replaced_in_ledger(r, self.of))

    def generations(self) -> dict[str, int]:
        """Return how many ids become others, by the generation they are of; empty is the first key."""
        counts: dict[str, int] = {}
        for reference in self.new:
            name = generation(reference.id)
            counts[name] = counts.get(name, 0) + 1
        return counts
