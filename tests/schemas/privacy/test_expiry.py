"""Whose ids end because nothing has happened to them for long."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.envelope import full_type
from schemas.privacy.expiry import LastEvents


def event(name: str, day: str, **data: Any) -> dict[str, Any]:
    """An event of a day."""
    return {"type": full_type(name), "time": f"{day}T03:00:00Z", "tenant": "aoba", "data": data}


def about(application: str, candidate: str, **more: Any) -> dict[str, Any]:
    """The data of an event about an application."""
    return {"application": {"id": application, "candidate_id": candidate, **more}}


def expired(*events: dict[str, Any], before: str = "2026-01-01") -> set[str]:
    """The ids of whoever has expired."""
    last = LastEvents("aoba")
    for one in events:
        last.note(one)
    return {reference.id for reference in last.expired(before)}


def test_a_person_expires_as_a_whole_a_day_after_their_last_day() -> None:
    """One recent application keeps all of them; whoever referred somebody is not kept by that."""
    old = event("application.created", "2024-03-01", **about("a1", "p1"))
    again = event("application.created", "2026-01-01", **about("a2", "p1"))
    referred = event(
        "application.created", "2026-05-01", **about("b1", "p2", referrer_candidate_id="p1")
    )

    assert expired(old, referred) == {"a1", "p1"}
    assert expired(old, again) == set()
    assert expired(old, again, before="2026-01-02") == {"a1", "a2", "p1"}


@pytest.mark.parametrize(
    ("names", "expires"),
    [
        (["application.created", "application.rejected"], True),
        (["application.hired"], False),
        (["employment.started", "application.hired"], False),
        (["application.hired", "employment.started", "employment.ended"], True),
    ],
)
def test_who_works_here_is_no_candidate(names: list[str], expires: bool) -> None:
    """A hire expires only after they have left."""
    events = [event(name, "2024-03-01", **about("a1", "p1")) for name in names]

    assert expired(*events) == ({"a1", "p1"} if expires else set())


def test_a_registration_through_a_link_of_the_ledger_is_of_the_same_person() -> None:
    """Who registered last month has not expired, although only the ledger says that the link was theirs."""
    last = LastEvents("aoba")
    last.note(event("application.rejected", "2024-03-01", **about("a1", "p1")))
    last.note(event("relay.registered", "2026-03-01", registration_id="r1", token_id="t1"))
    assert {r.id for r in last.expired("2026-01-01")} == {"a1", "p1"}

    fact = {"kind": "invited", "at": "2024-03-01T00:00:00Z", "invitation": "v", "token_id": "t1", "application": "a1", "scope": "candidate"}  # fmt: skip
    last.note_ledger({"tenant": "aoba", "fact": fact})

    assert last.expired("2026-01-01") == set()


def test_an_erased_person_does_not_expire_again() -> None:
    """Pseudonyms stay what they are."""
    assert expired(event("application.created", "2020-01-01", **about("erased-1", "erased-2"))) == set()  # fmt: skip


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 2, st.integers(1, 28)), max_size=12), st.randoms())
def test_order_does_not_matter(stories: list[tuple[int, int, int]], random: Any) -> None:
    """Whoever expires is the same in every order of the log, and is connected with nobody who stays."""
    events = [
        event("application.created", f"2026-01-{day:02}", **about(f"a{a}", f"p{p}"))
        for a, p, day in stories
    ]
    ids = expired(*events, before="2026-01-15")
    random.shuffle(events)

    assert expired(*events, before="2026-01-15") == ids
    for a, p, day in stories:
        assert (f"a{a}" in ids) == (f"p{p}" in ids)
        assert day < 15 or f"a{a}" not in ids
