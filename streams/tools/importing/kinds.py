"""The kinds of tables: which fields each may have, which it must have, and what a row of it tells."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.tools.importing import applications, interviews
from streams.tools.importing import context as importing_context
from streams.tools.importing.canonical_parts import ABOUT
from streams.tools.importing.events import RowEvent
from streams.tools.importing.row import RowReader

LOG = "log"  # an event log, XES or OCEL: no table, but mapped by the same kind of file

# The words that a field may mean; everything else in such a column needs an entry under `values`.
SANCTIONED = {
    "outcome": applications.OUTCOMES,
    "status": interviews.STATUSES,
    "decision": interviews.DECISIONS,
    "answer": interviews.ANSWERS,
    "scope": importing_context.SCOPES,
    "cost_kind": importing_context.COSTS,
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of table; of each group in `needs` one field must be mapped."""

    name: str
    fields: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    tell: Callable[[RowReader], list[RowEvent]]


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
        tell=interviews.interviews,
    ),
    Kind(
        name="feedback",
        fields=(
            *ABOUT,
            *("feedback_id", "interview_id", "interviewer_id", "submitted_at", "due_at"),
            "decision",
        ),
        needs=(("application_id",), ("interviewer_id",), ("submitted_at",)),
        tell=interviews.feedback,
    ),
    Kind(
        name="offers",
        fields=(
            *ABOUT,
            *("offer_id", "version", "sent_at", *interviews.ANSWERED_AT, "answer", "answered_at"),
            *("amount", "currency", "start_date", "reason"),
        ),
        needs=(("application_id",), ("sent_at", *interviews.ANSWERED_AT, "answered_at")),
        tell=interviews.offers,
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
        tell=importing_context.employment,
    ),
    Kind(
        name="costs",
        fields=(
            *("cost_id", "amount", "currency", "scope", "cost_kind", "member", "channel"),
            *("period_from", "period_to", "recorded_at"),
        ),
        needs=(("amount",), ("scope",), ("cost_kind",), ("period_from",)),
        tell=importing_context.costs,
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}
