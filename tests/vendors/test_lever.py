"""Tests which Lever opportunities count as applications."""

from itertools import permutations

import pytest

from tests.ingest.gateways import Fixture
from tests.vendors.folding import total_counts
from tests.vendors.mutations import named

CREATED = named("lever/applicationCreated")
TO_CUSTOM = named("lever/candidateStageChange__lead_to_custom")
CUSTOM = named(
    "lever/candidateStageChange", data__fromStageId="4f8c2f9e-0000-4000-8000-000000000001"
)
FROM_APPLICANT = named("lever/candidateStageChange")
LEAD = named("lever/candidateStageChange__lead")
HIRED = named("lever/candidateHired")
ARCHIVED = named("lever/candidateArchiveChange")


def applications(*deliveries: Fixture) -> int:
    """Return the number of applications, the same in every order."""
    (counted,) = {total_counts(order).get("applications", 0) for order in permutations(deliveries)}
    return counted


@pytest.mark.parametrize("name", ["applicationCreated", "candidateStageChange"])
def test_an_opportunity_by_its_older_name(name: str) -> None:
    """`candidateId`, the older name of `opportunityId`, identifies the same opportunity."""
    (current,) = named(f"lever/{name}").translated().events
    (older,) = named(f"lever/{name}__candidate_id").translated().events

    assert (older.subject, older.id) == (current.subject, current.id)


@pytest.mark.parametrize(
    "deliveries", [(TO_CUSTOM,), (CUSTOM,), (LEAD, TO_CUSTOM), (CUSTOM, ARCHIVED), (LEAD, ARCHIVED)]
)
def test_a_possible_lead_does_not_count(deliveries: tuple[Fixture, ...]) -> None:
    """A person in a custom stage, which may be a leads' stage, does not count until an event shows an application."""
    assert applications(*deliveries) == 0


@pytest.mark.parametrize(
    "deliveries",
    [(CREATED, TO_CUSTOM), (CREATED, CUSTOM, ARCHIVED), (FROM_APPLICANT,), (TO_CUSTOM, HIRED)],
)
def test_events_that_show_an_application(deliveries: tuple[Fixture, ...]) -> None:
    """An application, a default applicant stage or a hire shows an application, before or after the move."""
    assert applications(*deliveries) == 1
