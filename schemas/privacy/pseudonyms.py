"""Pseudonyms of one erasure: keyed digests, whose key exists only while the erasure is written."""

import hashlib
import hmac
from dataclasses import dataclass, field

from schemas.privacy.packs import rewritten_pack, rewritten_record
from schemas.privacy.person_ids import generation
from schemas.privacy.references import (
    JsonObject,
    Reference,
    leading_in_ledger,
    leading_references,
    replaced,
    replaced_in_ledger,
)

PREFIX = "erased-"
DIGEST_KINDS = frozenset({"event", "person", "token", "invitation"})  # whose ids are digits of hex


@dataclass
class PersonIds:
    """Every id that leads to one person in the events of a tenant; grows until nothing is added."""

    tenant: str
    ids: set[Reference]
    _by_id: dict[Reference, set[frozenset[Reference]]] = field(default_factory=dict)

    def note(self, event: JsonObject) -> None:
        """Remember what an event of the tenant connects."""
        self._connect(leading_references(event))

    def note_ledger(self, record: JsonObject) -> None:
        """Remember what a record of the relay's ledger connects: the links that it issues by itself are in no event."""
        self._connect(leading_in_ledger(record))

    def _connect(self, leading: frozenset[Reference]) -> None:
        for reference in leading:
            self._by_id.setdefault(reference, set()).add(leading)

    def close(self) -> None:
        """Add everything that the noted events connect with the person, and what that connects in turn."""
        queue = list(self.ids)
        while queue:
            for leading in self._by_id.get(queue.pop(), ()):
                queue += leading - self.ids
                self.ids |= leading

    def of_kind(self, kind: str) -> list[str]:
        """Return the person's ids of one kind, in order."""
        return sorted(reference.id for reference in self.ids if reference.kind == kind)

    def owns(self, event: JsonObject) -> bool:
        """Whether the event is about the person."""
        return event.get("tenant") == self.tenant and not self.ids.isdisjoint(
            leading_references(event)
        )


@dataclass
class Pseudonyms:
    """Replaces ids of one person; `new` has every replacement so far."""

    person: PersonIds
    key: bytes
    new: dict[Reference, str] = field(default_factory=dict)
    events: int = 0

    def of(self, reference: Reference) -> str:
        """Return the pseudonym of an id: the same each time, of the same shape, and of no other id."""
        text = f"{reference.kind}\x1f{reference.id}".encode()
        digest = hmac.new(self.key, text, hashlib.sha256).hexdigest()
        if reference.kind == "person" and (prefix := generation(reference.id)):
            digest = prefix + digest[: len(reference.id) - len(prefix)]  # it stays one of that key
        elif reference.kind in DIGEST_KINDS:
            digest = digest[: max(32, len(reference.id))]
        else:
            digest = PREFIX + digest[:24]
        return self.new.setdefault(reference, digest)

    def in_pack(self, value: bytes) -> bytes:
        """Return the record with the person's events rewritten; the same bytes if it has none.

        Raise ValueError for a record that is not a pack.
        """
        return rewritten_pack(value, self.person.tenant, self._in_event)

    def _in_event(self, event: JsonObject) -> JsonObject:
        if self.person.owns(event):
            rewritten = replaced(event, self.of)
        else:  # it may name them as somebody else, such as who referred a candidate
            rewritten = replaced(event, self._of_own)
        self.events += rewritten != event
        return rewritten

    def _of_own(self, reference: Reference) -> str:
        return self.of(reference) if reference in self.person.ids else reference.id

    def in_ledger(self, value: bytes) -> bytes:
        """Return a record of the relay's ledger with the person's ids replaced, as in the events before; raise ValueError."""
        return rewritten_record(
            value,
            self.person.tenant,
            lambda record: replaced_in_ledger(record, self._in_ledger),
        )

    def _in_ledger(self, reference: Reference) -> str:
        return self.new.get(reference) or self._of_own(reference)
