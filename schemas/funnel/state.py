"""The state of one application's fold: everything a further event needs, and the facts it may have to take back."""

import msgspec

from schemas.funnel.history import Order

# How far a fact spreads, its last field. A day (≥ 0) makes it a duration: it counts on the day it began, which is that one,
# because the durations that ended on a day say nothing of those that have not ended yet.
EVERYWHERE = -1  # in every dimension, on the day it happened and on the day of the application
NAMED = -2  # only in the cells that its people name as `dimension/member`, on these two days
SPENT = -3  # the same, on both bases on its own day: money has no application
DECIDED = (
    -4
)  # in every dimension, only on the day it happened: what a meeting took belongs to no cohort

# What is contributed: measure, local day it happened, recruiter then, interviewers concerned, how far it spreads.
Fact = tuple[str, int, str | None, tuple[str, ...], int]
# How many of it are gained, or taken back.
Change = tuple[int, Fact]


class Visit(msgspec.Struct, array_like=True):
    """One stay at a milestone; `entered` and `left` are what entering and passing it made.

    `since` and `passed` are local days; `met` says that an interview took place during the stay, `after` is what later
    events made of the pass.
    """

    stage: str
    milestone: str
    people: list[str]
    entered: list[Change]
    left: list[Change]
    since: int = 0
    passed: int | None = None
    met: bool = False
    after: list[Change] = []


class Item(msgspec.Struct, array_like=True):
    """An interview, a scorecard or an offer: what stays, what its latest status made, who, which version.

    Of an interview `milestone` is where it belongs, `end` the instant (ms) from which scorecards are late, `given` which of
    them was given by whom first on which local day, and `owes` says that they are told where it was held; of an offer
    `accepted` says that it ever was.
    """

    first: list[Change]
    latest: list[Change]
    people: tuple[str, ...] = ()
    version: int = 0
    milestone: str | None = None
    end: int | None = None
    accepted: bool = False
    given: list[tuple[str, str, int]] = []
    owes: bool = False


class Requisition(msgspec.Struct, array_like=True):
    """The application's job: the instant it was opened, the time on hold so far, and since when it is (ms)."""

    opened: int | None = None
    held: int = 0
    paused: int | None = None
    closed: bool = False


class State(msgspec.Struct, array_like=True):
    """The fold of a history in time order.

    `channel` to `location`, `nature` and `applied` are attributes of the whole history (last known wins), set before the
    fold starts; `silent` means that the application counts nowhere (prospect, test, deleted), `until` that nothing
    after it does (anonymised). `counted` says that its first own event was met. Where pipelines were exchanged under
    the application, `renamed` is old → new stage id. `implied` says that a hire was told by a stage alone; `logs` are the
    log records met. `ending` is what its end made, `parting` what the end made at the stage it happened in. `accepted`,
    `joined`, `decided` and `gone` are local days, of the acceptance, of joining, of the hire and of the end; `earliest` is the
    first instant of application that was ever told, `received` the recruiter who had it when it was first counted.
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
    ending: list[Change] = []
    parked: tuple[str, str] | None = None
    items: dict[str, Item] = {}
    until: Order | None = None
    counted: bool = False
    renamed: dict[str, str] = {}
    implied: bool = False
    logs: list[str] = []
    parting: list[Change] = []
    detail: str | None = None
    manager: str | None = None
    department: str | None = None
    location: str | None = None
    touches: tuple[str, ...] = ()
    responded: bool = False
    accepted: int | None = None
    decided: int | None = None
    joined: int | None = None
    employment: list[Change] = []
    tenure: list[Change] = []
    requisition: Requisition = msgspec.field(default_factory=Requisition)
    earliest: int | None = None
    gone: int | None = None
    received: str | None = None

    def emit(  # noqa: PLR0913, PLR0917 - the hottest call of the fold
        self,
        changes: list[Change],
        into: list[Change],
        measure: str,
        day: int,
        people: tuple[str, ...] = (),
        reach: int = EVERYWHERE,
        n: int = 1,
    ) -> None:
        """Record `n` of a new fact in `changes` and remember it in `into`, so that it can be taken back."""
        change = (n, (measure, day, self.recruiter, people, reach))
        changes.append(change)
        into.append(change)

    def last_for(
        self,
        changes: list[Change],
        into: list[Change],
        of: tuple[str, tuple[str, ...], str | None],
        days: tuple[int, int],
    ) -> None:
        """Record that something lasted from one local day to another; negative durations are 0.

        `of` is what, with its interviewers and the recruiter of who began: the end is counted where the beginning was.
        """
        fact = lasted(of, days)
        changes.append((1, fact))
        into.append((1, fact))


def lasted(of: tuple[str, tuple[str, ...], str | None], days: tuple[int, int]) -> Fact:
    """The duration that `State.last_for` records."""
    (what, people, recruiter), (since, day) = of, days
    return (f"days.{what}.{max(0, day - since)}", day, recruiter, people, max(0, since))


def retract(changes: list[Change], facts: list[Change]) -> None:
    """Undo remembered facts, exactly as they were made, and forget them."""
    changes.extend((-n, fact) for n, fact in facts)
    facts.clear()


def with_people(changes: list[Change], facts: list[Change], people: tuple[str, ...]) -> None:
    """Make remembered facts those of other interviewers; durations are nobody's."""
    for at, (n, fact) in enumerate(facts):
        if fact[4] == EVERYWHERE:
            renewed = (n, (*fact[:3], people, EVERYWHERE))
            changes.append((-n, fact))
            changes.append(renewed)
            facts[at] = renewed
