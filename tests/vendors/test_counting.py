"""Every event type is counted, is context, or is marked as not counted yet, as the fold really treats it."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.cells import Cells
from schemas.events.counting import CONTEXT_TYPES, LEDGER_TYPES, NOT_COUNTED
from schemas.events.envelope import TYPES
from schemas.tenants.config import Tenancy
from tests.ingest.gateways import Fixture, tenancy
from tests.vendors.folding import folded_cells

START = datetime.fromisoformat("2026-04-01T10:00:00+09:00")
OPENING, SCREENING, MEETING = (
    "j-1",
    {"id": "s-1", "name": "書類選考"},
    {"id": "s-2", "name": "一次面接"},
)
# A value of every field, so that an event of any type says all that it can.
VALUES: dict[str, Any] = {
    "application": {
        "id": "a-1",
        "job_id": OPENING,
        "candidate_id": "c-1",
        "applied_at": START.isoformat(),
        "opening_id": "op-1",
    },
    "application_id": "a-1",
    "channel": {"id": "another", "name": "another"},
    "owners": {"recruiter_id": "r-2", "hiring_manager_ids": ["m-2"]},
    "dims": {"department": "d-2", "location": "l-2"},
    "stage": MEETING,
    "to_stage": MEETING,
    "party": "company",
    "interview_id": "i-1",
    "interviewers": [{"user_id": "p-1"}],
    "start": "2026-04-10T10:00:00+09:00",
    "end": "2026-04-10T11:00:00+09:00",
    "feedback_id": "f-1",
    "interviewer_id": "p-1",
    "decision": 1,
    "offer_id": "o-1",
    "version": 1,
    "amount": 9_000_000,
    "currency": "JPY",
    "candidate_id": "c-1",
    "from_id": "c-1",
    "into_id": "c-2",
    "job_id": OPENING,
    "department": "d-3",
    "location": "l-3",
    "hiring_manager_ids": ["m-3"],
    "opening_id": "op-1",
    "posting_id": "po-1",
    "pipeline_id": "pi-1",
    "moves": [{"from_id": "s-1", "to_id": "s-2"}],
    "stages": [MEETING | {"milestone": "final_interview"}],
    "cost_id": "co-1",
    "scope": "channel",
    "member": "another",
    "kind": "media",
    "rating": 3.5,
    "survey_id": "su-1",
    "score": 4.5,
    "invitation_id": "in-1",
    "token_id": "t-1",
    "registration_id": "re-1",
    "person": "ab" * 32,
    "slot": 1,
    "registered_count": 3,
    "slot_value": 500,
    "fields": ["candidate_stage_data"],
}
OTHER_VALUES: dict[str, dict[str, Any]] = {
    "employment": {"start": "2026-05-01", "end": "2026-06-01"},
    "posting": {"channel": "another"},
    "survey": {"kind": "candidate_experience"},
    "interview": {"kind": "video"},
    "relay": {"scope": "candidate"},
    "requirement": {"since": "2026-04-01", "text": "Python, 3 years"},
    "application.withdrawn": {"party": "candidate"},
    "application.closed": {"party": "neither"},
}
# What happened before the event: each story adds to the one before.
APPLIED = [("application.created", {"stage": SCREENING, "channel": {"id": "one", "name": "one"}})]
MET = [
    *APPLIED,
    ("application.stage_changed", {}),
    ("interview.scheduled", {}),
    ("interview.completed", {}),
    ("feedback.requested", {"decision": None}),
]
OFFERED = [*MET, ("feedback.submitted", {}), ("offer.created", {}), ("offer.sent", {})]
HIRED = [
    *(("job.opened", {}), *OFFERED),
    ("offer.accepted", {}),
    ("application.hired", {}),
    ("employment.started", {}),
]
ENDED = [*APPLIED, ("application.rejected", {})]
PAUSED_JOB = [("job.opened", {}), ("job.paused", {}), *HIRED[1:]]
SEAT_OPENED_AGAIN = [*OFFERED, *[("opening.opened", {})] * 2, ("application.hired", {})]
COST = [("cost.recorded", {})]
WINNER_DELETED = [*APPLIED, ("candidate.deleted", {"candidate_id": "c-2"})]
STORIES = (
    *(APPLIED, MET, OFFERED, HIRED, ENDED, PAUSED_JOB),
    *(SEAT_OPENED_AGAIN, COST, WINNER_DELETED),
)


def event(number: int, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The CloudEvent of a type with a value in every field that its data has, a day after the one before."""
    values = VALUES | OTHER_VALUES.get(name.split(".", 1)[0], {}) | OTHER_VALUES.get(name, {})
    fields = TYPES[name].model_fields
    data = {key: value for key, value in (values | changes).items() if key in fields}
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": "https://hr.example.com",
        "type": name,
        "time": (START + timedelta(days=number)).isoformat(),
        "data": data,
    }


def cells_of(events: list[dict[str, Any]]) -> Cells:
    """The cells of events that a company's own system sends; it removes deleted candidates from its numbers."""
    batch = Fixture(
        "standard",
        json.dumps(events).encode(),
        (("content-type", "application/cloudevents-batch+json"),),
    )
    assert batch.translated().faults == ()
    (acme,) = tenancy().tenants
    retracting = acme.model_copy(update={"deleted_candidates": "retract"})
    return folded_cells([batch], Tenancy(tenants=(retracting,)))


def changes_cells(name: str) -> bool:
    """Return whether an event of the type changes a cell in some story: at its beginning, end or anywhere between."""
    for story in STORIES:
        events = [event(2 * number, *happened) for number, happened in enumerate(story, 1)]
        before = cells_of(events)
        for number in (0, *range(2 * len(story) + 1, 1, -2)):
            if cells_of([*events, event(number, name, {})]) != before:
                return True
    return False


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_type_counts_exactly_if_the_table_says_so(name: str) -> None:
    """A counted type or a context changes a cell in some story, one that is not counted yet changes none."""
    assert changes_cells(name) == (name not in NOT_COUNTED.keys() | LEDGER_TYPES)


@pytest.mark.parametrize("name", sorted(CONTEXT_TYPES | LEDGER_TYPES | NOT_COUNTED.keys()))
def test_only_counted_types_have_cells_of_their_own(name: str) -> None:
    """An event of any other type is in no cell without an application."""
    assert cells_of([event(1, name, {})]) == {}


def test_the_table_names_existing_types() -> None:
    """Context and types that are not counted are different types, and all exist."""
    assert TYPES.keys() >= CONTEXT_TYPES | LEDGER_TYPES | NOT_COUNTED.keys()
    assert not CONTEXT_TYPES & NOT_COUNTED.keys()
    assert not LEDGER_TYPES & (CONTEXT_TYPES | NOT_COUNTED.keys())
