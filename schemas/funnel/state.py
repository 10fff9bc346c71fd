"""The state of one application's fold: what the next event needs, and the facts that it may have to retract."""

import msgspec

from schemas.funnel.history import OrderKey

# The reach of a fact, its last field: which cells it counts in. A reach ≥ 0 is a local day and marks a duration. A
# duration counts on the day it began, because the durations that ended on a day say nothing about those still running.
ALL_DIMENSIONS = -1  # every dimension, on the day it happened and on the day of application
LISTED_MEMBERS = -2  # only the cells listed as `dimension/member` in the fact, on the same two days
COST_MEMBERS = -3  # the same cells, but both bases on its own day: a cost has no application
DECISION_DAY_ONLY = (
    -4
)  # every dimension, on the day it happened only: a meeting's time has no cohort

# A contribution: measure, local day it happened, recruiter at that time, interviewers concerned, reach.
Fact = tuple[str, int, str | None, tuple[str, ...], int]
# A fact and its count: positive when it is emitted, negative when it is retracted.
Change = tuple[int, Fact]


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


class Item(msgspec.Struct, array_like=True):
    """An interview, a scorecard or an offer.

    `first_changes` stay, `latest_changes` are those of its latest status. An interview has `milestone`, where it
    belongs; `ends_at`, the instant (ms) from which scorecards are late; `scorecards`, one (id, author, local day of the
    first submission) each; `expects_scorecards`, set once it took place if its connection reports scorecards. An offer
    has `version`, the latest one seen, and `accepted`, set if it was ever accepted. A scorecard has `ends_at`, its first
    submission (ms), and `version`, the hours from the end of the interview until then.
    """

    first_changes: list[Change]
    latest_changes: list[Change]
    interviewers: tuple[str, ...] = ()
    version: int = 0
    milestone: str | None = None
    ends_at: int | None = None
    accepted: bool = False
    scorecards: list[tuple[str, str, int]] = []
    expects_scorecards: bool = False


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
    `accepted_day`, `joined_day`, `hired_day` and `ended_day` are local days.
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
    items: dict[str, Item] = {}
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
        interviewers: tuple[str, ...] = (),
        reach: int = ALL_DIMENSIONS,
        n: int = 1,
    ) -> None:
        """Add `n` of a new fact to `changes`, and to `emitted` so that it can be retracted."""
        change = (n, (measure, day, self.recruiter, interviewers, reach))
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
        fact = duration_fact(subject, days)
        changes.append((1, fact))
        emitted.append((1, fact))


def duration_fact(subject: tuple[str, tuple[str, ...], str | None], days: tuple[int, int]) -> Fact:
    """The fact that `State.emit_duration` adds."""
    (name, interviewers, recruiter), (start, end) = subject, days
    return (f"days.{name}.{max(0, end - start)}", end, recruiter, interviewers, max(0, start))


def retract(changes: list[Change], facts: list[Change]) -> None:
    """Undo emitted facts exactly, and clear the list."""
    changes.extend((-n, fact) for n, fact in facts)
    facts.clear()


def reassign_interviewers(
    changes: list[Change], facts: list[Change], interviewers: tuple[str, ...]
) -> None:
    """Assign emitted facts to other interviewers; durations belong to no interviewer."""
    for position, (n, fact) in enumerate(facts):
        if fact[4] == ALL_DIMENSIONS:
            replacement = (n, (*fact[:3], interviewers, ALL_DIMENSIONS))
            changes.append((-n, fact))
            changes.append(replacement)
            facts[position] = replacement
