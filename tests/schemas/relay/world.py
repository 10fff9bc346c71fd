"""A small world of applications, persons, devices and slots; it acts at random and compares both ledgers after each fact."""

from collections import Counter
from random import Random
from typing import Any

from schemas.relay.balance import balance, problems
from schemas.relay.facts import CandidateErased, CandidatesMerged, Fact
from schemas.relay.ledger import accept
from schemas.relay.policy import RelayPolicy
from schemas.relay.state import State
from tests.schemas.relay.builders import (
    claim,
    day,
    invited,
    policies,
    policy,
    registered,
    step,
    withdrawn,
)
from tests.schemas.relay.naive import NaiveLedger

APPLICATIONS, PERSONS = 14, 22
STEPS = ("rejected", "withdrawn", "closed", "reopened", "hired", "unhired", "deleted")
ACTIONS = (
    "step",
    "invite",
    "register",
    "company",
    "claim",
    "consent",
    "merge",
    "erase",
    "repeat",
    "late",
)


def random_policy(dice: Random) -> RelayPolicy:
    """A policy with every choice at random, but for the terms of slots."""
    choice = {
        name: dice.choice(("keep", "revoke"))
        for name in ("undone", "merged", "erased", "withdrawn")
    }
    return policy(
        **choice,
        persons_per_device=dice.choice((1, 2, 30)),
        unverified_per_rejection=dice.choice((None, None, 60)),
        credit_mode=dice.choice(("gross", "zero")),
    )


def candidate_of(application: str) -> str | None:
    """Two applications belong to one candidate and four to unknown ones; the others have one each."""
    if application in {"a2", "a3", "a4", "a5"}:
        return ""
    return "c-one" if application in {"a0", "a1"} else None


class World:
    """Both ledgers and the facts told so far; `act` tells more and raises AssertionError when they differ."""

    def __init__(self, terms: RelayPolicy) -> None:
        """Start with the policies."""
        self.state, self.naive = State("aoba"), NaiveLedger()
        self.told: list[Fact] = []
        self.held_back: list[Fact] = []
        self.hits: Counter[str] = Counter()
        self.number = 0
        self.tell(policies(terms))
        for name in ("undone", "merged", "erased", "withdrawn", "credit_mode"):
            self.hits[f"{name}={getattr(terms, name)}"] += 1

    def tell(self, fact: Fact) -> None:
        """Tell both ledgers one fact and compare them."""
        self.told.append(fact)
        record = accept(self.state, fact, fact.at)
        self.naive.take(fact)
        if record is not None:
            self.hits.update(
                entry.reason for entry in record.entries if entry.kind == "voided" and entry.reason
            )
            self.hits.update(entry.kind for entry in record.entries)
        shown = balance(self.state).model_dump()
        expected = self.naive.figures()
        assert {name: shown[name] for name in expected} == expected, fact
        assert problems(self.state) == [], fact
        assert {e.id for e in self.told} == self.state.seen, fact
        assert len(self.state.seen) == self.state.seq, fact

    def act(self, action: str, dice: Random) -> None:
        """Do one thing."""
        self.number += 1
        for fact in getattr(self, f"_{action}")(dice):
            if action != "late" and dice.random() < 0.1:
                self.held_back.append(fact)
            else:
                self.tell(fact)

    def _application(self, dice: Random) -> str:
        return f"a{dice.randrange(APPLICATIONS)}"

    def _step(self, dice: Random) -> list[Fact]:
        name = dice.choice(("rejected",) * 6 + STEPS)
        application = self._application(dice)
        return [step(name, application, dice.randrange(40), candidate_of(application))]

    def _invite(self, dice: Random) -> list[Fact]:
        names = [self._application(dice) for _ in range(4)]
        return [invited(name, 2 + int(name[1:]) % 7) for name in names]

    def _registration(self, person: str, link: str, dice: Random) -> Fact:
        fields: dict[str, Any] = {}
        if dice.random() < 0.1:
            fields["consent"] = None
        if dice.random() < 0.12:
            fields["flags"] = (dice.choice(("employee", "self_referral", "bot", "test")),)
        if dice.random() < 0.4:
            fields["device"] = f"d{dice.randrange(6)}"
        at = dice.choice((3, 5, 12, 25, 120))
        return registered(person, link, at, id=f"registered-{person}-{link}-{at}", **fields)

    def _register(self, dice: Random) -> list[Fact]:
        application = self._application(dice)
        person = f"p{dice.randrange(PERSONS)}" if dice.random() < 0.4 else f"own-{application}"
        return [
            step("rejected", application, 1, candidate_of(application)),
            invited(application, 2 + int(application[1:]) % 7),
            self._registration(person, application, dice),
        ]

    def _company(self, dice: Random) -> list[Fact]:
        people = [f"p{dice.randrange(PERSONS)}" for _ in range(4)]
        return [invited(None), *(self._registration(name, "company", dice) for name in people)]

    def _claim(self, dice: Random) -> list[Fact]:
        kind = dice.choice(("reserve", "redeem", "redeem", "release"))
        hire = self._application(dice) if kind == "redeem" else None
        at = dice.randrange(10, 40) + self.number / 1000
        facts = [claim(kind, dice.choice((1, 1, 2, 3)), at, application=hire)]
        if hire is not None and dice.random() < 0.5:
            facts.append(step("hired", hire, 39 + self.number / 1000, candidate_of(hire)))
        return facts

    def _consent(self, dice: Random) -> list[Fact]:
        names = [fact for fact in self.told if fact.kind == "registered"]
        if not names:
            return []
        fact = dice.choice(names)
        at = dice.choice((2, 30)) + self.number / 1000
        person, link = fact.person, fact.token_id.removeprefix("t-")
        return [withdrawn(person, link, at).model_copy(update={"id": f"w-{self.number}"})]

    def _merge(self, dice: Random) -> list[Fact]:
        one, other = self._application(dice), self._application(dice)
        return [
            CandidatesMerged(
                id=f"m-{self.number}",
                at=day(dice.choice((1, 30))),
                loser=f"c-{one}",
                winner=f"c-{other}",
            )
        ]

    def _erase(self, dice: Random) -> list[Fact]:
        name = self._application(dice)
        return [CandidateErased(id=f"e-{self.number}", at=day(30), candidate=f"c-{name}")]

    def _repeat(self, dice: Random) -> list[Fact]:
        return [dice.choice(self.told) for _ in range(3)]

    def _late(self, dice: Random) -> list[Fact]:
        dice.shuffle(self.held_back)
        facts, self.held_back = self.held_back, []
        return facts


def live(seed: int, actions: int) -> Counter[str]:
    """Act at random in one world; return how often each policy, reason and kind of entry occurred."""
    dice = Random(seed)
    world = World(random_policy(dice))
    weights = [4, 2, 10, 5, 3, 2, 1, 1.5, 1, 1]
    for _ in range(actions):
        world.act(dice.choices(ACTIONS, weights)[0], dice)
    return world.hits
