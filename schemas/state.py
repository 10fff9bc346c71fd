"""The state of one application's fold: everything a further event needs, and the facts it may have to take back."""

import msgspec

from schemas.history import Order

# What an application contributes: measure, local day it happened, recruiter then, interviewers concerned.
Fact = tuple[str, int, str | None, tuple[str, ...]]
# A fact is gained (+1) or taken back (-1).
Change = tuple[int, Fact]


class Visit(msgspec.Struct, array_like=True):
    """One stay at a milestone; `entered` and `left` are the facts that entering and passing it made."""

    stage: str
    milestone: str
    people: list[str]
    entered: list[Fact]
    left: list[Fact]


class Item(msgspec.Struct, array_like=True):
    """An interview, a scorecard or an offer: facts that stay, facts that its latest status made, who, which version."""

    first: list[Fact]
    latest: list[Fact]
    people: tuple[str, ...] = ()
    version: int = 0


class State(msgspec.Struct, array_like=True):
    """The fold of a history in time order.

    `channel`, `job`, `nature` and `applied` are attributes of the whole history (last known wins), set before the
    fold starts; `silent` means that the application counts nowhere (prospect, test, deleted), `until` that nothing
    after it does (anonymised). `counted` says that its first own event was met. Where pipelines were exchanged under
    the application, `renamed` is old → new stage id. `implied` says that a hire was told by a stage alone; `logs` are the
    log records met.
    """

    channel: str | None = None
    job: str | None = None
    nature: str | None = None
    applied: int | None = None
    cohort: int = 0
    silent: bool = False
    last: Order | None = None
    recruiter: str | None = None
    visits: list[Visit] = []
    ended: str | None = None
    ending: list[Fact] = []
    parked: tuple[str, str] | None = None
    items: dict[str, Item] = {}
    until: Order | None = None
    counted: bool = False
    renamed: dict[str, str] = {}
    implied: bool = False
    logs: list[str] = []

    def gain(
        self,
        changes: list[Change],
        into: list[Fact],
        measure: str,
        day: int,
        people: tuple[str, ...] = (),
    ) -> None:
        """Record one new fact in `changes` and remember it in `into`, so that it can be taken back."""
        fact = (measure, day, self.recruiter, people)
        changes.append((1, fact))
        into.append(fact)


def take_back(changes: list[Change], facts: list[Fact]) -> None:
    """Undo remembered facts, exactly as they were made, and forget them."""
    changes.extend((-1, fact) for fact in facts)
    facts.clear()
