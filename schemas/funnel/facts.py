"""Facts: what an attempt contributes to the cells, with the recruiter who was responsible at the time."""

from enum import IntEnum

import msgspec

from schemas.funnel.rules import Rules

UNKNOWN_DURATION = "unknown"  # the outcome of a duration that ended before it began


class Scope(IntEnum):
    """Which cells a fact counts in, and on which days. An integer, because the worker hashes it for every fact."""

    APPLICATION = 0  # every dimension, on the day it happened and on the day of application
    DECISION_DAY = 1  # every dimension, on the day it happened only: a meeting's time has no cohort
    # A duration counts on the day it began, because the durations that ended on a day say nothing about those still
    # running.
    DURATION = 2
    MEMBERS = 3  # only the cells listed as `dimension/member` in the fact, on the same two days
    OWN_DAY = 4  # the listed cells, both bases on its own day: what belongs to no application, such as a cost


class FunnelFact(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One contribution to the cells.

    `day` is the local day it happened, `recruiter` the recruiter at that time. `members` are the interviewers concerned,
    or the cells of a scope that lists them. `start_day` is the local day on which a duration began, else None.
    """

    measure: str
    day: int
    recruiter: str | None
    members: tuple[str, ...]
    scope: Scope
    start_day: int | None


# A fact and its count: positive when it is counted, negative when it is taken back.
Change = tuple[int, FunnelFact]

COMPANY = ("total/all",)


class FactList:
    """The facts of one attempt; instants are in milliseconds since 1970 UTC, days are local."""

    def __init__(
        self,
        rules: Rules,
        owners: list[tuple[int, str]],
        first_at: int,
        undated: frozenset[int] = frozenset(),
        *,
        is_orphan: bool = False,
    ) -> None:
        """`owners` are recruiters with the instant from which each was responsible, in order.

        Nobody knows when what has an instant in `undated` happened. The facts of an orphan belong to no cohort.
        """
        self.day = rules.day  # the local day of an instant
        self._undated = undated
        self._scope = Scope.DECISION_DAY if is_orphan else Scope.APPLICATION
        self.is_orphan = is_orphan
        self._owners = owners
        self._first_at = first_at
        self._only = owners[0][1] if len(owners) == 1 and owners[0][0] <= first_at else None
        self.changes: list[Change] = []
        # Of each visit: its own list, which stays the same list while the visit stays as it is.
        self.visit_changes: list[list[Change]] = []
        self.changes_by_visit: dict[tuple[object, ...], list[Change]] = {}

    def is_undated(self, *instants: int) -> bool:
        """Whether nobody knows when something at one of the instants happened."""
        return bool(self._undated) and not self._undated.isdisjoint(instants)

    def recruiter(self, at: int) -> str | None:
        """The recruiter at an instant; before the first event, the one that it named."""
        if self._only is not None:
            return self._only
        recruiter, moment = None, max(at, self._first_at)
        for since, owner in self._owners:
            if since > moment:
                break
            recruiter = owner
        return recruiter

    def add(
        self,
        measure: str,
        at: int,
        members: tuple[str, ...] = (),
        scope: Scope = Scope.APPLICATION,
        n: int = 1,
    ) -> None:
        """Count `n` on the day of an instant."""
        recruiter = self._only if self._only is not None else self.recruiter(at)
        scope = self._scope if scope is Scope.APPLICATION else scope
        self.changes.append((n, FunnelFact(measure, self.day(at), recruiter, members, scope, None)))

    def add_on(self, measure: str, day: int, at: int) -> None:
        """Count 1 on a day that an event at the instant `at` named."""
        fact = FunnelFact(measure, day, self.recruiter(at), (), self._scope, None)
        self.changes.append((1, fact))

    def add_days(self, measure: str, days: tuple[int, int], at: int) -> None:
        """Count the days between two local days as `measure.<days>`, on the day of `at`; a negative number is unknown."""
        start, end = days
        if end < start:
            self.add_impossible(at)
        else:
            self.add(f"{measure}.{end - start}", at)

    def add_duration(
        self, name: str, since: int, days: tuple[int, int], members: tuple[str, ...] = ()
    ) -> None:
        """Count a duration `name`, such as `offer.passed`, in the numbers of the recruiter at its start, `since`.

        One that ends before it starts is impossible; it has the outcome `unknown` and no length, so that it is neither
        running nor over.
        """
        start, end = days
        if end < start:
            self.add_unknown_duration(name.rpartition(".")[0], since, start, members)
            self.add_impossible(since, start)
            return
        measure, recruiter = f"days.{name}.{end - start}", self.recruiter(since)
        fact = FunnelFact(measure, end, recruiter, members, Scope.DURATION, start)
        self.changes.append((1, fact))

    def add_unknown_duration(
        self, name: str, since: int, start: int, members: tuple[str, ...] = ()
    ) -> None:
        """Count a case of the duration `name`, such as `application`, that is neither running nor over."""
        measure, recruiter = f"days.{name}.{UNKNOWN_DURATION}.0", self.recruiter(since)
        fact = FunnelFact(measure, start, recruiter, members, Scope.DURATION, start)
        self.changes.append((1, fact))

    def add_impossible(self, at: int, day: int | None = None) -> None:
        """Count something that cannot have happened as told, such as an end before its start; by default on its day."""
        on_day = self.day(at) if day is None else day
        fact = FunnelFact("quality.impossible", on_day, None, COMPANY, Scope.OWN_DAY, None)
        self.changes.append((1, fact))
