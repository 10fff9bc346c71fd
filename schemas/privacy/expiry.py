"""Which people of a tenant have been left alone for so long that their ids end."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.events.envelope import short_type
from schemas.privacy.pseudonyms import PREFIX
from schemas.privacy.references import (
    JsonObject,
    Reference,
    leading_in_ledger,
    leading_references,
)

# Whoever works here is an employee: their employment goes on, and its end belongs to their hire.
HIRES = frozenset({"application.hired", "employment.started"})
DAY = len("2026-01-01")
LEAVES = frozenset({"employment.ended", "employment.start_cancelled"})


@dataclass
class _Person:
    """What is known of everybody whom events connect; `last` is the day of the last event (ISO 8601)."""

    last: str = ""
    is_hired: bool = False
    has_left: bool = False
    is_erased: bool = False


@dataclass
class LastEvents:
    """On which day something last happened to each person of a tenant; events may be noted in any order."""

    tenant: str
    _parents: dict[Reference, Reference] = field(default_factory=dict)
    _people: dict[Reference, _Person] = field(default_factory=dict)

    def note(self, event: JsonObject) -> None:
        """Remember whom an event is about, and when it happened."""
        person = self._seen(leading_references(event), str(event.get("time")))
        name = short_type(str(event.get("type")))
        person.is_hired = person.is_hired or name in HIRES
        person.has_left = person.has_left or name in LEAVES

    def note_ledger(self, record: JsonObject) -> None:
        """Remember whom a fact of the relay's ledger is about, and when it happened."""
        fact = record.get("fact")
        if isinstance(fact, dict):
            self._seen(leading_in_ledger(record), str(fact.get("at")))

    def _seen(self, references: frozenset[Reference], instant: str) -> _Person:
        """Join everybody whom the references name, and return who they are; a stranger for none."""
        roots = [self._root(reference) for reference in sorted(references)]
        if not roots:
            return _Person()
        root = roots[0]
        for other in roots[1:]:
            root = self._join(root, self._root(other))
        person = self._people[root]
        person.last = max(person.last, instant[:DAY])
        return person

    def expired(self, before: str) -> set[Reference]:
        """Return the ids of everybody to whom nothing has happened since a day, but those who work here.

        Whoever was erased already is not among them.
        """
        return {reference for reference, root in self._roots() if self._is_expired(root, before)}

    def _is_expired(self, root: Reference, before: str) -> bool:
        person = self._people[root]
        works_here = person.is_hired and not person.has_left
        return person.last < before and not works_here and not person.is_erased

    def _roots(self) -> Iterator[tuple[Reference, Reference]]:
        for reference in self._parents:
            yield reference, self._root(reference)

    def _root(self, reference: Reference) -> Reference:
        """Return who stands for everybody that the reference is connected with."""
        if reference not in self._parents:
            self._parents[reference] = reference
            self._people[reference] = _Person(is_erased=reference.id.startswith(PREFIX))
        root = reference
        while (parent := self._parents[root]) != root:
            self._parents[root] = root = self._parents[parent]
        self._parents[reference] = root
        return root

    def _join(self, one: Reference, other: Reference) -> Reference:
        if one == other:
            return one
        self._parents[other] = one
        person, joined = self._people[one], self._people.pop(other)
        self._people[one] = _Person(
            last=max(person.last, joined.last),
            is_hired=person.is_hired or joined.is_hired,
            has_left=person.has_left or joined.has_left,
            is_erased=person.is_erased or joined.is_erased,
        )
        return one
