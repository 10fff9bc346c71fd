"""The kinds of tables: which fields each may have, which it must have, and what a row of it tells."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.tools.importing import applications, meetings, surroundings
from streams.tools.importing.parts import ABOUT
from streams.tools.importing.row import Row
from streams.tools.importing.told import Told

LOG = "log"  # an event log, XES or OCEL: no table, but mapped by the same kind of file

# The words that a field may mean; everything else in such a column needs an entry under `values`.
SANCTIONED = {
    "outcome": applications.OUTCOMES,
    "status": meetings.STATUSES,
    "decision": meetings.DECISIONS,
    "answer": meetings.ANSWERS,
    "scope": surroundings.SCOPES,
    "cost_kind": surroundings.COSTS,
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of table; of each group in `needs` one field must be mapped."""

    name: str
    fields: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    tell: Callable[[Row], list[Told]]


KINDS = (
    Kind(
        name="applications",
        fields=(
            *ABOUT,
            *("applied_at", "stage", "stage_id", "stage_at", "outcome", "ended_at"),
            *applications.ENDED_AT,
            *("reason", "hired_at", "start_date"),
        ),
        needs=(("application_id",), ("applied_at",)),
        tell=applications.applications,
    ),
    Kind(
        name="stage_history",
        fields=(
            *ABOUT,
            *("stage", "stage_id", "entered_at", "left_at", "from_stage", "from_stage_id"),
        ),
        needs=(("application_id",), ("stage", "stage_id"), ("entered_at",)),
        tell=applications.stage_history,
    ),
    Kind(
        name="interviews",
        fields=(
            *ABOUT,
            *("interview_id", "interviewers", "start", "end", "scheduled_at", "cancelled_at"),
            *("status", "interview_kind", "mode", "round"),
        ),
        needs=(("application_id",), ("start",)),
        tell=meetings.interviews,
    ),
    Kind(
        name="feedback",
        fields=(
            *ABOUT,
            *("feedback_id", "interview_id", "interviewer_id", "submitted_at", "due_at"),
            "decision",
        ),
        needs=(("application_id",), ("interviewer_id",), ("submitted_at",)),
        tell=meetings.feedback,
    ),
    Kind(
        name="offers",
        fields=(
            *ABOUT,
            *("offer_id", "version", "sent_at", *meetings.ANSWERED_AT, "answer", "answered_at"),
            *("amount", "currency", "start_date", "reason"),
        ),
        needs=(("application_id",), ("sent_at", *meetings.ANSWERED_AT, "answered_at")),
        tell=meetings.offers,
    ),
    Kind(
        name="hires",
        fields=(*ABOUT, "hired_at", "start_date", "offer_id"),
        needs=(("application_id",), ("hired_at",)),
        tell=applications.hires,
    ),
    Kind(
        name="employment",
        fields=(
            *("application_id", "start", "confirmed_at", "rating", "rated_at", "end", "end_reason"),
        ),
        needs=(("application_id",), ("start", "confirmed_at", "rated_at", "end")),
        tell=surroundings.employment,
    ),
    Kind(
        name="costs",
        fields=(
            *("cost_id", "amount", "currency", "scope", "cost_kind", "member", "channel"),
            *("period_from", "period_to", "recorded_at"),
        ),
        needs=(("amount",), ("scope",), ("cost_kind",), ("period_from",)),
        tell=surroundings.costs,
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}
