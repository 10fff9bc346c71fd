"""What the numbers do with each event type: read it as context of applications, only store it, or count it, as all others."""

from collections.abc import Iterable
from types import MappingProxyType

from schemas.events.envelope import Event, short_type

# These change how the applications that they reach are counted; by themselves they count nothing.
CONTEXT_TYPES = frozenset(
    {
        "candidate.merged",
        "candidate.deleted",
        "candidate.anonymized",
        "job.opened",
        "job.updated",
        "job.paused",
        "job.closed",
        "opening.opened",
        "opening.filled",
        "opening.closed",
        "pipeline.defined",
        "pipeline.remapped",
    }
)
# These are in no cell: the ledger of Career Relay counts them.
LEDGER_TYPES = frozenset(
    {
        "requirement.recorded",
        "relay.invited",
        "relay.clicked",
        "relay.registered",
        "relay.consent_withdrawn",
        "relay.slot_reserved",
        "relay.slot_released",
        "relay.slot_redeemed",
        "relay.candidate_offered",
    }
)
# Accepted and stored, so that a later release can count them from the log; the text says why no number contains them.
NOT_COUNTED: MappingProxyType[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("candidate.created", "candidate.updated"),
            "no KPI counts candidates, only their applications",
        ),
        "job.deleted": "what was counted for a job stays; job.closed ends its search",
        **dict.fromkeys(("posting.published", "posting.unpublished"), "no KPI is by posting"),
        "survey.submitted": "no KPI contains survey scores; `hirelay relay cx` and the board show them",
        **dict.fromkeys(
            (
                "relay.credit_granted",
                "relay.credit_consumed",
                "relay.credit_expired",
                "relay.outcome",
            ),
            "the ledger of Career Relay decides, not the service's own statement",
        ),
    }
)


def not_counted(events: Iterable[Event]) -> dict[str, int]:
    """Return how many of the events are not counted yet, by short type."""
    totals: dict[str, int] = {}
    for event in events:
        name = short_type(event.type)
        if name in NOT_COUNTED:
            totals[name] = totals.get(name, 0) + 1
    return totals
