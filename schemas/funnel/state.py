"""The state of one application's fold: what the next event needs, and the facts that it may have to retract."""

from enum import IntEnum

import msgspec

from schemas.funnel.history import OrderKey


class Scope(IntEnum):
    """Which cells a fact counts in, and on which days. An integer, because the worker hashes it for every fact."""

    APPLICATION = 0  # every dimension, on the day it happened and on the day of application
    DECISION_DAY = 1  # every dimension, on the day it happened only: a meeting's time has no cohort
    # A duration counts on the day it began, because the durations that ended on a day say nothing about those still
    # running.
    DURATION = 2
    MEMBERS = 3  # only the cells listed as `dimension/member` in the fact, on the same two days
    COST = 4  # the listed cells, but both bases on its own day: a cost has no application


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


# A fact and its count: positive when it is emitted, negative when it is retracted.
Change = tuple[int, FunnelFact]


class Visit(msgspec.Struct, array_like=True):
    """One stay at a milestone.

    `entry_changes` and `pass_changes` were emitted when the milestone was entered and passed, `follow_up_changes` when
    later events followed the pass. `entered_day` and `passed_day` are local days. `interviewed` is set if an interview
    took place during the stay.
    """

    stage: str
    milestone: str
    interviewers: list[str]
    entry_changes: list[Change]
    pass_changes: list[Change]
    entered_day: int = 0
    passed_day: int | None = None
    interviewed: bool = False
    follow_up_changes: list[Change] = []


class SubmittedScorecard(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A scorecard of an interview: `day` is the local day of its first submission; an author may be unknown."""

    scorecard_id: str
    author: str | None
    day: int


class Interview(msgspec.Struct, array_like=True):
    """An interview: `first_changes` stay, `latest_changes` are those of its latest outcome.

    `milestone` is where it belongs, `ends_at` the instant (ms) from which scorecards are late. `expects_scorecards` is set
    once it took place if its connection reports scorecards.
    """

    first_changes: list[Change] = []
    latest_changes: list[Change] = []
    interviewers: tuple[str, ...] = ()
    milestone: str | None = None
    ends_at: int | None = None
    scorecards: list[SubmittedScorecard] = []
    expects_scorecards: bool = False


class Scorecard(msgspec.Struct, array_like=True):
    """A scorecard as last submitted; `hours` are those from the end of the interview until the first submission."""

    latest_changes: list[Change] = []
    author: str | None = None
    hours: int | None = None


class Offer(msgspec.Struct, array_like=True):
    """An offer: `first_changes` were emitted when it was made, `latest_changes` by its latest answer.

    `version` is the latest one seen; `accepted` is set while the latest answer is an acceptance.
    """

    first_changes: list[Change] = []
    latest_changes: list[Change] = []
    version: int = 0
    accepted: bool = False


class Requisition(msgspec.Struct, array_like=True):
    """The application's job: when it was opened (ms), time on hold so far (ms), and on hold since when (ms)."""

    opened_at: int | None = None
    on_hold_ms: int = 0
    paused_at: int | None = None
    closed: bool = False


class State(msgspec.Struct, array_like=True):
    """The fold of a history in time order.

    `channel`, `job`, `application_kind`, `applied_at`, `source_detail`, `hiring_manager`, `department`, `location` and
    `touches` are attributes of the whole history (the last known value wins), set before the fold starts.
    `first_applied_at` is the earliest instant of application ever reported, `cohort_day` the local day of application.

    `excluded` means that the application counts nowhere (prospect, test, deleted); `cutoff` that nothing after it
    counts (anonymised). `counted` says that the application's first own event was processed; `first_recruiter` is its
    recruiter at that event. `renamed_stages` maps old to new stage ids where a pipeline was replaced under the
    application. `hire_implied` says that only a stage reported the hire. `log_ids` are the log records seen.

    `ending_changes` were emitted by the ending, `stage_ending_changes` by the ending at the stage it happened in.
    `interviews`, `scorecards` and `offers` are keyed by their ids. `accepted_day`, `joined_day`, `hired_day` and
    `ended_day` are local days.
    """

    channel: str | None = None
    job: str | None = None
    application_kind: str | None = None
    applied_at: int | None = None
    cohort_day: int = 0
    excluded: bool = False
    last_order: OrderKey | None = None
    recruiter: str | None = None
    visits: list[Visit] = []
    ending_type: str | None = None
    ending_changes: list[Change] = []
    pending_move: tuple[str, str] | None = None
    interviews: dict[str, Interview] = {}
    scorecards: dict[str, Scorecard] = {}
    offers: dict[str, Offer] = {}
    cutoff: OrderKey | None = None
    counted: bool = False
    renamed_stages: dict[str, str] = {}
    hire_implied: bool = False
    log_ids: list[str] = []
    stage_ending_changes: list[Change] = []
    source_detail: str | None = None
    hiring_manager: str | None = None
    department: str | None = None
    location: str | None = None
    touches: tuple[str, ...] = ()
    responded: bool = False
    accepted_day: int | None = None
    hired_day: int | None = None
    joined_day: int | None = None
    employment_changes: list[Change] = []
    tenure_changes: list[Change] = []
    requisition: Requisition = msgspec.field(default_factory=Requisition)
    first_applied_at: int | None = None
    ended_day: int | None = None
    first_recruiter: str | None = None

    def emit(  # noqa: PLR0913, PLR0917 - the hottest call of the fold
        self,
        changes: list[Change],
        emitted: list[Change],
        measure: str,
        day: int,
        members: tuple[str, ...] = (),
        scope: Scope = Scope.APPLICATION,
        n: int = 1,
    ) -> None:
        """Add `n` of a new fact to `changes`, and to `emitted` so that it can be retracted."""
        change = (n, FunnelFact(measure, day, self.recruiter, members, scope, None))
        changes.append(change)
        emitted.append(change)

    def emit_duration(
        self,
        changes: list[Change],
        emitted: list[Change],
        subject: tuple[str, tuple[str, ...], str | None],
        days: tuple[int, int],
    ) -> None:
        """Add a duration from one local day to another; a negative one is 0.

        `subject` is the name, its interviewers and the recruiter at the start: the end counts where the start did.
        """
        change = (1, duration_fact(subject, days))
        changes.append(change)
        emitted.append(change)


def duration_fact(
    subject: tuple[str, tuple[str, ...], str | None], days: tuple[int, int]
) -> FunnelFact:
    """The fact that `State.emit_duration` adds."""
    (name, interviewers, recruiter), (start, end) = subject, days
    measure = f"days.{name}.{max(0, end - start)}"
    return FunnelFact(measure, end, recruiter, interviewers, Scope.DURATION, start)


def retract(changes: list[Change], facts: list[Change]) -> None:
    """Undo emitted facts exactly, and clear the list."""
    changes.extend((-n, fact) for n, fact in facts)
    facts.clear()


def reassign_interviewers(
    changes: list[Change], facts: list[Change], interviewers: tuple[str, ...]
) -> None:
    """Assign emitted facts to other interviewers; durations belong to no interviewer."""
    for position, (n, fact) in enumerate(facts):
        if fact.scope is Scope.APPLICATION:
            replacement = (n, msgspec.structs.replace(fact, members=interviewers))
            changes.append((-n, fact))
            changes.append(replacement)
            facts[position] = replacement
