"""Facts of relay stories, as short as a test needs them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas.relay.facts import (
    ApplicationStep,
    ConsentWithdrawn,
    Fact,
    Invited,
    PoliciesSet,
    Registered,
    SlotClaim,
    Tick,
)
from schemas.relay.ledger import accept
from schemas.relay.policy import FixedValue, RelayPolicy
from schemas.relay.state import State

START = datetime(2026, 4, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    """The instant so many days after the start."""
    return START + timedelta(days=number)


def policy(**fields: Any) -> RelayPolicy:
    """A policy with a fixed value of 1,000,000 and a redemption of 60 %."""
    terms: dict[str, Any] = {
        "since": date(2026, 1, 1),
        "value": FixedValue(method="fixed", amount=1_000_000),
        "redemption": 60,
    }
    return RelayPolicy(**(terms | fields))


def policies(*versions: RelayPolicy, name: str = "policies") -> PoliciesSet:
    """The policies of the company, in UTC and yen."""
    return PoliciesSet(
        id=name, at=START, policies=versions or (policy(),), timezone="UTC", currency="JPY"
    )


def step(name: Any, application: str, at: float = 1, candidate: str | None = None) -> Fact:
    """A step of an application whose candidate is called after it; of no known candidate if that is empty."""
    return ApplicationStep(
        id=f"{name}-{application}-{at}",
        at=day(at),
        step=name,
        application=application,
        candidate=(f"c-{application}" if candidate is None else candidate) or None,
        job="j-1",
        channel="doda",
    )


def invited(application: str | None, at: float = 2, **fields: Any) -> Fact:
    """The link for an application, or the company's."""
    link = application or "company"
    terms: dict[str, Any] = {
        "id": f"invited-{link}",
        "at": day(at),
        "invitation": f"i-{link}",
        "token_id": f"t-{link}",
        "scope": "candidate" if application else "tenant",
        "application": application,
        "expires": day(at + 90),
    }
    return Invited(**(terms | fields))


def registered(person: str, link: str, at: float = 3, **fields: Any) -> Fact:
    """A registration of a person through a link, with consent."""
    terms: dict[str, Any] = {
        "id": f"registered-{person}-{link}",
        "at": day(at),
        "registration": f"r-{person}-{link}",
        "token_id": f"t-{link}",
        "person": person,
        "consent": f"consent-{person}",
    }
    return Registered(**(terms | fields))


def withdrawn(person: str, link: str, at: float = 4) -> Fact:
    """The withdrawal of the consent of a registration."""
    return ConsentWithdrawn(
        id=f"withdrawn-{person}-{link}", at=day(at), registration=f"r-{person}-{link}"
    )


def claim(kind: Any, slot: int = 1, at: float = 10, **fields: Any) -> Fact:
    """A claim on a slot."""
    terms = {"id": f"{kind}-{slot}-{at}", "at": day(at), "claim": kind, "slot": slot, "job": "j-9"}
    return SlotClaim(**(terms | fields))


def tick(at: float) -> Fact:
    """The passing of time."""
    return Tick(id=f"tick-{at}", at=day(at))


def story(application: str, at: float = 1) -> list[Fact]:
    """A rejection, the link and the registration of one candidate."""
    return [
        step("rejected", application, at),
        invited(application, at + 1),
        registered(f"p-{application}", application, at + 2),
    ]


def ten(prefix: str = "a", at: float = 1, count: int = 10) -> list[Fact]:
    """The stories of ten candidates."""
    return [fact for number in range(count) for fact in story(f"{prefix}{number}", at)]


def ledger(*facts: Fact, terms: PoliciesSet | None = None) -> State:
    """The ledger after these facts, taken on the days they happened."""
    state = State("aoba")
    for fact in (terms or policies(), *facts):
        accept(state, fact, fact.at)
    return state
