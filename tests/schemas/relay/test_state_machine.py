"""The whole life of a ledger at random, compared with the naive one after each fact; every broken rule would be noticed.

A quick run belongs to `make test`; `pytest tests/schemas/relay --hypothesis-profile=thorough` takes over 10,000 steps and
requires each policy and each reason at least 200 times.
"""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from schemas.relay import accounts, ledger, slots, verdict, worth
from schemas.relay.balance import balance, problems
from schemas.relay.facts import Fact
from schemas.relay.ledger import accept
from schemas.relay.state import State
from tests.schemas.relay.builders import policies
from tests.schemas.relay.world import ACTIONS, World, live, random_policy

STEPS = 40
QUICK_EXAMPLES, THOROUGH_EXAMPLES = 5, 260
OCCURRENCES = 200
REASONS = (
    "expired_link", "no_consent", "consent_withdrawn", "employee", "self_referral", "bot", "test", "ineligible",
    "duplicate", "link_used", "device", "cap", "undone", "erased",
)  # fmt: skip
CHOICES = [
    f"{name}={x}"
    for name in ("undone", "merged", "erased", "withdrawn")
    for x in ("keep", "revoke")
]
CHOICES += ["credit_mode=gross", "credit_mode=zero"]


def is_thorough() -> bool:
    """Whether the run was asked to be thorough."""
    return settings.default is not None and settings.default.max_examples >= 500


class RelayMachine(RuleBasedStateMachine):
    """Both ledgers, driven by hypothesis, which shortens a story that breaks one of them."""

    @initialize(seed=st.integers(0, 2**32))
    def start(self, seed: int) -> None:
        """Choose the policies."""
        self.world = World(random_policy(Random(seed)))

    @rule(action=st.sampled_from(ACTIONS), seed=st.integers(0, 2**32))
    def act(self, action: str, seed: int) -> None:
        """Do one thing; the world compares both ledgers after each fact."""
        self.world.act(action, Random(seed))

    @invariant()
    def sound(self) -> None:
        """No rule is broken between the steps either."""
        if hasattr(self, "world"):
            assert problems(self.world.state) == []


def test_the_ledger_equals_the_naive_one() -> None:
    """Whatever happens in whichever order, both ledgers agree after every fact."""
    examples = THOROUGH_EXAMPLES if is_thorough() else QUICK_EXAMPLES
    run_state_machine_as_test(
        RelayMachine,
        settings=settings(max_examples=examples, stateful_step_count=STEPS, deadline=None),
    )


def live_many(worlds: int) -> Counter[str]:
    """Live in so many worlds; return how often everything occurred."""
    hits: Counter[str] = Counter()
    for seed in range(worlds):
        hits += live(seed, STEPS)
    return hits


def test_every_policy_and_reason_occurs() -> None:
    """Worlds of all policies reach most reasons; a thorough run reaches each of them at least 200 times."""
    worlds, least = (2_400, OCCURRENCES) if is_thorough() else (6, 0)
    hits = live_many(worlds)

    assert {name: n for name in (*REASONS, *CHOICES) if (n := hits[name]) < least} == {}
    assert hits["granted"] > 0


@given(seed=st.integers(0, 2**32), order=st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_the_order_of_arrival_does_not_change_who_counts(seed: int, order: Random) -> None:
    """Without limits between persons, any order of the same facts gives the same persons, slots and money."""
    dice = Random(seed)
    terms = random_policy(dice).model_copy(
        update={"persons_per_device": 99, "unverified_per_rejection": None}
    )
    world = World(terms)
    for action in ("register", "company", "step", "consent", "register", "erase", "register") * 4:
        world.act(action, dice)
    facts = [fact for fact in world.told[1:] if not _shares_a_link(fact)]
    by_name = {fact.registration if fact.kind == "registered" else fact.id: fact for fact in facts}
    facts = list(by_name.values())

    assert _figures(terms, facts) == _figures(terms, order.sample(facts, len(facts)))


def _shares_a_link(fact: Fact) -> bool:
    """Whether a second person uses the link or candidate of another, so that the first to arrive counts."""
    if fact.kind != "registered":
        return False
    own = fact.person == f"own-{fact.token_id.removeprefix('t-')}"
    return fact.token_id != "t-company" and (not own or fact.token_id in {"t-a0", "t-a1"})


def _figures(terms: object, facts: list[Fact]) -> dict[str, object]:
    state = State("aoba")
    for fact in (policies(terms), *facts):  # type: ignore[arg-type]
        accept(state, fact, fact.at)
    return balance(state).model_dump(exclude={"revoked"})


MUTANTS = {
    "a slot for nine": lambda m: m.setattr(slots, "PERSONS_PER_SLOT", 9),
    "a fact counts twice": lambda m: m.setattr(ledger, "accept", _accept_twice),
    "no slot is ever taken back": lambda m: m.setattr(slots, "withdraw", lambda _: iter(())),
    "consent does not matter": lambda m: _skip(m, "_own_fault"),
    "any ending is a rejection": lambda m: _skip(m, "_fault_of_rejection"),
    "a forwarded link counts": lambda m: _skip(m, "_link_used"),
    "merged candidates count twice": lambda m: _skip(m, "_duplicate"),
    "the cap is ignored": lambda m: _skip(m, "_cap"),
    "a device counts for ever": lambda m: _skip(m, "_device"),
    "accrued value stays after redemption": lambda m: m.setattr(slots, "_accrued", lambda _: ()),
    "nothing is recovered": lambda m: m.setattr(worth, "recovery", lambda *_: ()),
    "a revoked person stays in the queue": lambda m: m.setattr(ledger, "_revoke", ledger._void),
    "the world account is forgotten": lambda m: m.setattr(accounts, "post", _post_one_side),
    "nobody is judged again": lambda m: m.setattr(ledger, "_blocked", lambda _: set()),
    "a credit without its cost": lambda m: m.setattr(accounts, "CREDITED", accounts.RECOVERED),
}
TRUE_CHECKS, TRUE_POST = verdict.CHECKS, accounts.post


def _skip(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    checks = tuple(check for check in TRUE_CHECKS if check.__name__ != name)
    monkeypatch.setattr(verdict, "CHECKS", checks)


def _accept_twice(state: State, fact: Fact, recorded: object) -> object:
    state.seen.discard(fact.id)
    return accept(state, fact, fact.at)


def _post_one_side(balances: accounts.Balances, postings: tuple[object, ...]) -> None:
    TRUE_POST(balances, postings[1:])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_broken_rule_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mutant of a rule makes the ledgers differ, or breaks a rule of the balances, within a few worlds."""
    MUTANTS[name](monkeypatch)
    monkeypatch.setattr("tests.schemas.relay.world.accept", ledger.accept)

    with pytest.raises((AssertionError, ValueError, KeyError, IndexError)):
        live_many(40)
