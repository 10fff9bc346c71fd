"""The balance of a company's ledger, as commands, boards and alerts show it."""

from datetime import date, timedelta

from schemas.events.application import FrozenModel
from schemas.relay import accounts
from schemas.relay.entries import PERSON, SLOT
from schemas.relay.facts import Scope
from schemas.relay.policy import PERSONS_PER_SLOT
from schemas.relay.state import Slot, State


class Balance(FrozenModel):
    """Persons, slots and money. `counted` = 10 · `granted` + `progress`, and `granted` is the sum of the four states after it.

    `progress` is below zero only if fewer persons still count than the slots in use needed. `verified` persons came
    through a link of their own, `unverified` ones through the company's. `accrued` and `recovered` are minor units of
    `currency`; `other_currencies` holds what was recovered in another one.
    """

    tenant: str
    counted: int
    verified: int
    unverified: int
    progress: int
    granted: int
    open: int
    reserved: int
    redeemed: int
    expired: int
    revoked: int
    accrued: int
    recovered: int
    currency: str
    other_currencies: dict[str, int]
    void: dict[str, int]


def balance(state: State) -> Balance:
    """The balance of all entries so far."""
    verified, unverified = _counted(state, "candidate"), _counted(state, "tenant")
    slots = {
        account: state.balances.get((account, SLOT), 0)
        for account in (*accounts.GRANTED, accounts.REVOKED)
    }
    recovered = _recovered(state)
    return Balance(
        tenant=state.tenant,
        counted=verified + unverified,
        verified=verified,
        unverified=unverified,
        progress=accounts.total(state.balances, accounts.PROGRESS, PERSON),
        granted=sum(slots[account] for account in accounts.GRANTED),
        open=slots[accounts.OPEN],
        reserved=slots[accounts.RESERVED],
        redeemed=slots[accounts.REDEEMED],
        expired=slots[accounts.EXPIRED],
        revoked=slots[accounts.REVOKED],
        accrued=state.balances.get((accounts.ACCRUED, state.currency), 0),
        recovered=recovered.pop(state.currency, 0),
        currency=state.currency,
        other_currencies=recovered,
        void=_void_by_reason(state),
    )


def _counted(state: State, scope: Scope) -> int:
    places = accounts.progress(scope), accounts.in_slots(scope)
    return sum(state.balances.get((account, PERSON), 0) for account in places)


def _recovered(state: State) -> dict[str, int]:
    return {
        unit: amount
        for (account, unit), amount in state.balances.items()
        if account == accounts.RECOVERED and (amount or unit == state.currency)
    }


def _void_by_reason(state: State) -> dict[str, int]:
    prefix = f"{accounts.VOID}."
    return {
        account.removeprefix(prefix): amount
        for (account, _), amount in sorted(state.balances.items())
        if account.startswith(prefix) and amount
    }


def to_next_slot(figures: Balance) -> int:
    """How many more persons have to count until the next slot."""
    return PERSONS_PER_SLOT - figures.progress


def due_within(state: State, today: date, days: int) -> list[Slot]:
    """The open slots that can no longer be reserved after so many days, the earliest first."""
    limit = today + timedelta(days=days)
    due = [
        (slot.entry.due, slot.number, slot)
        for slot in state.slots.values()
        if slot.state == "open" and slot.entry.due is not None and slot.entry.due <= limit
    ]
    return [slot for _, _, slot in sorted(due, key=lambda row: row[:2])]


def problems(state: State) -> list[str]:
    """Every rule that the balances break; none, unless the ledger itself is wrong."""
    figures = balance(state)
    checks = {
        "counted persons and their accounts differ": figures.counted
        != sum(person.counted for person in state.persons.values()),
        "granted slots do not hold ten persons each": figures.counted
        != PERSONS_PER_SLOT * figures.granted + figures.progress,
        "a tenth person has no slot": figures.progress >= PERSONS_PER_SLOT,
        "an open slot has too few persons": figures.progress < 0 and figures.open > 0,
        "slots and their accounts differ": figures.granted + figures.revoked != len(state.slots),
        "a person is in two slots": _is_doubled(state),
        "the accounts of a unit do not add up to zero": any(_sums(state).values()),
        "the credits of slot hires do not equal what they carry": _credit(state) != 0,
    }
    return [text for text, broken in checks.items() if broken]


def _is_doubled(state: State) -> bool:
    persons = [
        person
        for slot in state.slots.values()
        if slot.state != "revoked"
        for person in slot.entry.persons
    ]
    return len(persons) != len(set(persons))


def _sums(state: State) -> dict[str, int]:
    sums: dict[str, int] = {}
    for (_, unit), amount in state.balances.items():
        sums[unit] = sums.get(unit, 0) + amount
    return sums


def _credit(state: State) -> int:
    return sum(
        amount
        for (account, _), amount in state.balances.items()
        if account in {accounts.CARRIED, accounts.CREDITED}
    )
