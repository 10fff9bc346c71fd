"""The ledger of Career Relay: who counts, when a slot is granted, and what becomes of it."""

from datetime import date
from typing import Any

import pytest

from schemas.relay.balance import balance, due_within, problems
from schemas.relay.facts import AgencyFee, CandidateErased, CandidateOffered, CandidatesMerged, Fact
from schemas.relay.ledger import accept, restore
from schemas.relay.policy import AgencyFeeValue, TrailingValue
from schemas.relay.state import State
from tests.schemas.relay.builders import (
    claim,
    day,
    invited,
    ledger,
    policies,
    policy,
    registered,
    step,
    story,
    ten,
    tick,
    withdrawn,
)


def figures(*facts: Fact, **fields: Any) -> dict[str, Any]:
    """The balance after the facts, under a policy with these fields; the ledger must be sound."""
    state = ledger(*facts, terms=policies(policy(**fields)))
    assert problems(state) == []
    return balance(state).model_dump()


def pick(shown: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """Some of the figures."""
    return tuple(shown[name] for name in names)


def void_reason(*facts: Fact, **fields: Any) -> dict[str, int]:
    """Why the only person does not count."""
    shown = figures(*facts, **fields)
    assert shown["counted"] == 0
    reasons: dict[str, int] = shown["void"]
    return reasons


def test_the_tenth_person_earns_a_slot() -> None:
    """Nine persons earn nothing, the tenth a slot with its accrued value, the eleventh begins the next ten."""
    names = ("counted", "progress", "granted", "open", "accrued", "recovered")

    assert pick(figures(*ten(count=9)), *names) == (9, 9, 0, 0, 0, 0)
    assert pick(figures(*ten(count=10)), *names) == (10, 0, 1, 1, 600_000, 0)
    assert pick(figures(*ten(count=11)), *names) == (11, 1, 1, 1, 600_000, 0)


def test_a_fact_counts_once_however_often_it_arrives() -> None:
    """Duplicates change nothing, and a person with several rejections is one person."""
    twice = [*story("a"), *story("a"), *ten(count=1)]
    same_person = [*story("a"), step("rejected", "b"), invited("b"), registered("p-a", "b")]

    assert pick(figures(*twice), "counted") == (2,)
    assert pick(figures(*same_person), "counted", "void") == (1, {})


def test_facts_may_arrive_in_any_order() -> None:
    """A registration before its invitation and before the rejection waits for both."""
    rejection, invitation, registration = story("a")

    assert pick(figures(registration), "counted", "void") == (0, {})
    assert pick(figures(registration, invitation), "counted", "void") == (0, {})
    assert pick(figures(registration, invitation, rejection), "counted", "verified") == (1, 1)


def test_verified_and_unverified_persons_stay_apart() -> None:
    """The company's link cannot verify a rejection; a link of their own verifies persons later, who stay one."""
    by_company = [invited(None), registered("p", "company")]
    names = ("counted", "verified", "unverified")

    assert pick(figures(*by_company), *names) == (1, 0, 1)
    later_verified = [*by_company, step("rejected", "a"), invited("a"), registered("p", "a", 5)]
    assert pick(figures(*later_verified), *names) == (1, 1, 0)


@pytest.mark.parametrize(
    ("facts", "fields", "reason"),
    [
        ([*story("a")[:2], registered("p", "a", 120)], {}, "expired_link"),
        ([*story("a")[:2], registered("p", "a", consent=None)], {}, "no_consent"),
        (
            [*story("a")[:2], withdrawn("p", "a", 2.5), registered("p", "a")],
            {},
            "consent_withdrawn",
        ),
        ([*story("a"), withdrawn("p-a", "a")], {"withdrawn": "revoke"}, "consent_withdrawn"),
        ([*story("a")[:2], registered("p", "a", flags=("employee",))], {}, "employee"),
        ([*story("a")[:2], registered("p", "a", flags=("self_referral",))], {}, "self_referral"),
        ([*story("a")[:2], registered("p", "a", flags=("bot",))], {}, "bot"),
        ([*story("a")[:2], registered("p", "a", flags=("test",))], {}, "test"),
        ([step("withdrawn", "a"), *story("a")[1:]], {}, "ineligible"),
        ([step("hired", "a"), *story("a")[1:]], {}, "employee"),
        ([*story("a"), step("reopened", "a", 2.5)], {}, "ineligible"),
        ([*story("a"), step("reopened", "a", 5)], {"undone": "revoke"}, "undone"),
        (
            [*story("a"), CandidateErased(id="e", at=day(9), candidate="c-a")],
            {"erased": "revoke"},
            "erased",
        ),
        (
            [step("rejected", "a"), invited(None), registered("p", "company")],
            {"unverified_per_rejection": 50},
            "cap",
        ),
    ],
)
def test_why_a_person_does_not_count(
    facts: list[Fact], fields: dict[str, Any], reason: str
) -> None:
    """Every reason is visible, in whichever order the facts arrive."""
    assert void_reason(*facts, **fields) == {reason: 1}
    assert void_reason(*reversed(facts), **fields) == {reason: 1}


@pytest.mark.parametrize(
    "afterwards",
    [
        [step("reopened", "a", 5)],
        [withdrawn("p-a", "a", 5)],
        [CandidateErased(id="e", at=day(9), candidate="c-a")],
        [step("deleted", "a", 9)],
    ],
)
def test_a_counted_person_stays_by_default(afterwards: list[Fact]) -> None:
    """What happens after the registration takes nothing back unless the policy says so."""
    assert pick(figures(*story("a"), *afterwards), "counted", "void") == (1, {})
    assert pick(figures(*afterwards, *story("a")), "counted", "void") == (1, {})


def test_a_link_counts_one_person_and_a_device_only_a_few() -> None:
    """A forwarded link voids whoever comes second; beyond the limit, persons of one device do not count."""
    forwarded = [*story("a"), registered("q", "a", 5)]
    shared = [invited(None), *(registered(f"p{n}", "company", device="d") for n in range(5))]

    assert pick(figures(*forwarded), "counted", "void") == (1, {"link_used": 1})
    assert pick(figures(*shared), "counted", "void") == (3, {"device": 2})
    freed = [*shared, withdrawn("p0", "company", 5)]
    assert figures(*freed, withdrawn="revoke")["counted"] == 3


def test_the_cap_grows_with_the_rejections() -> None:
    """Persons beyond the cap count as soon as enough candidates were rejected."""
    many = [invited(None), *(registered(f"p{n}", "company") for n in range(3))]
    rejections = [step("rejected", f"a{n}") for n in range(4)]

    assert figures(*many, *rejections, unverified_per_rejection=50)["counted"] == 2
    assert figures(*rejections, *many, unverified_per_rejection=50)["counted"] == 2


def test_merged_candidates_are_one_person() -> None:
    """A merge before the second registration makes it a duplicate; a later one does so only if the policy revokes."""
    early = CandidatesMerged(id="m", at=day(1), loser="c-b", winner="c-a")
    late = CandidatesMerged(id="m", at=day(30), loser="c-b", winner="c-a")
    two = [*story("a"), *story("b")]

    assert pick(figures(*two, early), "counted", "void") == (1, {"duplicate": 1})
    assert pick(figures(early, *two), "counted", "void") == (1, {"duplicate": 1})
    assert pick(figures(*two, late), "counted", "void") == (2, {})
    assert pick(figures(*two, late, merged="revoke"), "counted", "void") == (1, {"duplicate": 1})


def test_one_undone_rejection_takes_an_open_slot_back_but_not_one_in_use() -> None:
    """Nine persons are no slot; one that is reserved stays, and its shortfall delays the next."""
    undone = step("reopened", "a3", 20)
    names = ("counted", "progress", "granted", "revoked")

    assert pick(figures(*ten(), undone, undone="revoke"), *names) == (9, 9, 0, 1)
    in_use = [*ten(), claim("reserve"), undone]
    assert pick(figures(*in_use, undone="revoke"), *names) == (9, -1, 1, 0)
    assert pick(figures(*in_use, *ten("b"), undone="revoke"), *names) == (19, 9, 1, 0)
    enough = [*ten(count=12), undone]
    assert pick(figures(*enough, undone="revoke"), *names) == (11, 1, 1, 0)


def test_a_slot_is_reserved_redeemed_and_recognised() -> None:
    """Only the hire redeems a slot; then the accrued value goes and the whole value is recovered."""
    names = ("open", "reserved", "redeemed", "accrued", "recovered")
    reserved = [*ten(), claim("reserve")]
    claimed = [*reserved, claim("redeem", at=30, application="h")]

    assert pick(figures(*reserved), *names) == (0, 1, 0, 600_000, 0)
    assert pick(figures(*claimed), *names) == (0, 1, 0, 600_000, 0)
    assert pick(figures(*claimed, step("hired", "h", 29)), *names) == (0, 0, 1, 0, 1_000_000)
    assert pick(figures(step("hired", "h", 29), *reversed(claimed)), *names)[2:] == (
        1,
        0,
        1_000_000,
    )
    unhired = [*claimed, step("hired", "h", 29), step("unhired", "h", 40)]
    assert pick(figures(*unhired), *names) == (0, 1, 0, 600_000, 0)
    released = [*unhired, claim("release", at=50)]
    assert pick(figures(*released), *names) == (1, 0, 0, 600_000, 0)


def test_one_hire_redeems_one_slot() -> None:
    """A second slot that names the same hire stays reserved."""
    both = [claim("redeem", slot, application="h") for slot in (1, 2)]

    shown = figures(*ten(), *ten("b"), step("hired", "h"), *both)

    assert pick(shown, "reserved", "redeemed", "recovered") == (1, 1, 1_000_000)


def test_a_slot_expires_unless_it_was_reserved_in_time() -> None:
    """On its due day an open slot expires; a reservation made before it that arrives later reinstates it."""
    expired = [*ten(), tick(40)]
    names = ("open", "expired", "accrued", "granted")

    assert pick(figures(*ten(), tick(32), slot_days=30), *names) == (1, 0, 600_000, 1)
    assert pick(figures(*expired, slot_days=30), *names) == (0, 1, 0, 1)
    late = [*expired, claim("reserve", at=20)]
    assert pick(figures(*late, slot_days=30), "reserved", "expired", "accrued") == (1, 0, 600_000)
    too_late = [*expired, claim("reserve", at=39)]
    assert pick(figures(*too_late, slot_days=30), "expired") == (1,)
    state = ledger(*ten(), terms=policies(policy(slot_days=30)))
    assert [slot.number for slot in due_within(state, date(2026, 4, 20), 30)] == [1]


def test_a_later_policy_does_not_rewrite_what_was_granted() -> None:
    """A slot keeps its value and its due day; what comes afterwards follows the new version."""
    second = policy(since=date(2026, 6, 1), slot_days=10, redemption=100)
    terms = policies(policy(), second)

    state = ledger(*ten(), *ten("b", at=90), terms=terms)

    assert [slot.entry.due for slot in state.slots.values()] == [None, date(2026, 7, 12)]
    assert balance(state).accrued == 600_000 + 1_000_000


def test_the_value_of_a_slot_follows_its_method() -> None:
    """An agency's rate on the salary, of the hire if it is known; or what agency hires have cost lately."""
    rate = AgencyFeeValue(method="agency_fee", rate=35, salary=5_000_000)
    hire = [claim("redeem", application="h", salary=6_000_000), step("hired", "h")]
    fees = [
        AgencyFee(id=f"f{n}", at=day(n), cost=f"k{n}", version=1, amount=a, currency="JPY")
        for n, a in enumerate((900_000, 1_100_001))
    ]
    trailing = TrailingValue(method="trailing", otherwise=10)

    assert figures(*ten(), value=rate)["accrued"] == 5_000_000 * 35 // 100 * 60 // 100
    assert figures(*ten(), *hire, value=rate)["recovered"] == 2_100_000
    assert figures(*ten(), value=trailing)["accrued"] == 6
    assert figures(*fees, *ten(), value=trailing)["accrued"] == 600_000


def test_both_credit_modes_cost_the_same() -> None:
    """A hire carried at the gross fee and credited costs what a hire at zero costs."""
    story_of_hire = [*ten(), claim("redeem", application="h"), step("hired", "h")]
    gross = ledger(*story_of_hire, terms=policies(policy(credit_mode="gross")))
    zero = ledger(*story_of_hire, terms=policies(policy(credit_mode="zero")))

    def cost(state: State, *names: str) -> int:
        return sum(amount for (name, _), amount in state.balances.items() if name in names)

    assert cost(gross, "cost.carried") == 1_000_000
    assert cost(zero, "cost.carried") == 0
    assert cost(gross, "cost.carried", "cost.credited") == cost(zero, "cost.credited") == 0
    assert balance(gross) == balance(zero)


def test_a_restored_ledger_goes_on_as_if_it_had_never_stopped() -> None:
    """The records alone rebuild the state, wherever the ledger stopped."""
    facts = [policies(), *ten(count=14), claim("reserve"), step("hired", "h"), *ten("b")]
    whole = State("aoba")
    records = [record for fact in facts if (record := accept(whole, fact, fact.at)) is not None]

    for stop in range(0, len(records), 7):
        restarted = State("aoba")
        for record in records[:stop]:
            restore(restarted, record.model_validate_json(record.model_dump_json()))
        again = [accept(restarted, fact, fact.at) for fact in facts]
        assert [record for record in again if record is not None] == records[stop:]
        assert balance(restarted) == balance(whole)


def test_a_candidate_who_is_offered_twice_is_offered_once() -> None:
    """Offers are counted by slot and change nothing about it, also if they arrive before the slot."""
    offers = [
        CandidateOffered(id=f"e-{number}", at=day(6), slot=1, offer_id=name)
        for number, name in enumerate(("o-1", "o-2", "o-1"))
    ]

    state = ledger(offers[0], *ten(), *offers[1:])

    assert len(state.offers[1]) == 2
    assert balance(state) == balance(ledger(*ten()))


def test_a_freed_place_verifies_who_counted_through_the_companys_link() -> None:
    """Whoever was a duplicate by their own link counts through it once the other person is erased, and keeps the link."""
    state = ledger(
        step("rejected", "a0", candidate="c-one"),
        invited("a0"),
        registered("p-first", "a0", 25),
        step("rejected", "a1", candidate="c-one"),
        invited("a1", 3),
        invited(None),
        registered("p-second", "a1", 12),
        registered("p-second", "company", 5),
        step("deleted", "a0", 18, "c-one"),
        registered("p-third", "a1", 12),
        terms=policies(policy(erased="revoke", merged="revoke")),
    )

    figures = balance(state)

    assert (figures.counted, figures.verified, figures.unverified) == (1, 1, 0)
    assert figures.void == {"erased": 1, "link_used": 1}
