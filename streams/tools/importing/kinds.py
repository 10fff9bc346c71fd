"""The kinds of tables: their fields, their required fields, and the conversion of a row to events."""

from collections.abc import Callable
from dataclasses import dataclass

from streams.tools.importing import applications, endings, interviews, stages
from streams.tools.importing import context as importing_context
from streams.tools.importing.canonical_parts import APPLICATION_FIELDS
from streams.tools.importing.events import RowEvent
from streams.tools.importing.row import RowReader

LOG = "log"  # an event log (XES or OCEL); not a table, but described by the same map file

# Allowed values by field; any other cell value needs an entry under `values`.
ALLOWED_VALUES = {
    "outcome": endings.OUTCOMES,
    "result": stages.RESULTS,
    "status": interviews.STATUSES,
    "decision": interviews.DECISIONS,
    "answer": (*interviews.ANSWERS, interviews.OPEN),
    "scope": importing_context.COST_SCOPES,
    "cost_kind": importing_context.COST_KINDS,
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of table; at least one field of each group in `required` must be mapped."""

    name: str
    fields: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    to_events: Callable[[RowReader], list[RowEvent]]


KINDS = (
    Kind(
        name="applications",
        fields=(
            *APPLICATION_FIELDS,
            *("applied_at", "stage", "stage_id", "stage_at", "outcome", "ended_at"),
            *("rejected_at", "withdrawn_at", "closed_at", "reason", "hired_at", "start_date"),
            *(*applications.OFFER_DATES, "amount", "currency"),
        ),
        required=(("application_id",), ("applied_at",)),
        to_events=applications.application_events,
    ),
    Kind(
        name="stage_history",
        fields=(
            *APPLICATION_FIELDS,
            *("stage", "stage_id", "entered_at", "left_at", "from_stage", "from_stage_id"),
            *("result", "reason"),
        ),
        required=(("application_id",), ("stage", "stage_id"), ("entered_at",)),
        to_events=stages.stage_change_events,
    ),
    Kind(
        name="interviews",
        fields=(
            *APPLICATION_FIELDS,
            *("interview_id", "interviewers", "start", "end", "scheduled_at", "cancelled_at"),
            *("status", "interview_kind", "mode", "round"),
        ),
        required=(("application_id",), ("start",)),
        to_events=interviews.interview_events,
    ),
    Kind(
        name="feedback",
        fields=(
            *APPLICATION_FIELDS,
            *("feedback_id", "interview_id", "interviewer_id", "submitted_at", "due_at"),
            "decision",
        ),
        required=(("application_id",), ("interviewer_id",), ("submitted_at",)),
        to_events=interviews.feedback_events,
    ),
    Kind(
        name="offers",
        fields=(
            *APPLICATION_FIELDS,
            *(
                "offer_id",
                "version",
                "sent_at",
                *interviews.ANSWER_BY_DATE,
                "answer",
                "answered_at",
            ),
            *("amount", "currency", "start_date", "reason"),
        ),
        required=(("application_id",), ("sent_at", *interviews.ANSWER_BY_DATE, "answered_at")),
        to_events=interviews.offer_events,
    ),
    Kind(
        name="hires",
        fields=(*APPLICATION_FIELDS, "hired_at", "start_date", "offer_id"),
        required=(("application_id",), ("hired_at",)),
        to_events=applications.hire_events,
    ),
    Kind(
        name="employment",
        fields=(
            *("application_id", "start", "confirmed_at", "rating", "rated_at", "end", "end_reason"),
        ),
        required=(("application_id",), ("start", "confirmed_at", "rated_at", "end")),
        to_events=importing_context.employment_events,
    ),
    Kind(
        name="costs",
        fields=(
            *("cost_id", "amount", "currency", "scope", "cost_kind", "member", "channel"),
            *("period_from", "period_to", "recorded_at"),
        ),
        required=(("amount",), ("scope",), ("cost_kind",), ("period_from",)),
        to_events=importing_context.cost_events,
    ),
)
KINDS_BY_NAME = {kind.name: kind for kind in KINDS}
