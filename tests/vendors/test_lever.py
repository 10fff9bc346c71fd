"""Whom Lever's events are about, and who of them has applied."""

from itertools import permutations

import pytest

from tests.ingest.gateways import Fixture
from tests.vendors.folding import summed
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


def applications(*told: Fixture) -> int:
    """How many are counted, in every order."""
    (found,) = {summed(order).get("applications", 0) for order in permutations(told)}
    return found


@pytest.mark.parametrize("name", ["applicationCreated", "candidateStageChange"])
def test_an_opportunity_by_its_older_name(name: str) -> None:
    """`candidateId` is what `opportunityId` was called before: the same opportunity."""
    (known,) = named(f"lever/{name}").translated().events
    (older,) = named(f"lever/{name}__candidate_id").translated().events

    assert (older.subject, older.id) == (known.subject, known.id)


@pytest.mark.parametrize(
    "told", [(TO_CUSTOM,), (CUSTOM,), (LEAD, TO_CUSTOM), (CUSTOM, ARCHIVED), (LEAD, ARCHIVED)]
)
def test_who_may_be_a_lead_has_not_applied(told: tuple[Fixture, ...]) -> None:
    """A custom stage may be one of the leads': nobody in it counts until something says that he applied."""
    assert applications(*told) == 0


@pytest.mark.parametrize(
    "told",
    [(CREATED, TO_CUSTOM), (CREATED, CUSTOM, ARCHIVED), (FROM_APPLICANT,), (TO_CUSTOM, HIRED)],
)
def test_what_says_that_somebody_applied(told: tuple[Fixture, ...]) -> None:
    """An application, a default stage of applicants and a hire say so, before the move or after it."""
    assert applications(*told) == 1
