"""The accounts of a ledger. Each unit has a `world` account, so that every entry adds up to zero."""

from schemas.relay.entries import PERSON, SLOT, Posting, Unit, transfer
from schemas.relay.facts import Scope
from schemas.relay.policy import PERSONS_PER_SLOT

WORLD = "world"
PROGRESS, IN_SLOTS = "persons.progress", "persons.in_slots"
VOID = "persons.void"
OPEN, RESERVED, REDEEMED = "slots.open", "slots.reserved", "slots.redeemed"
EXPIRED, REVOKED = "slots.expired", "slots.revoked"
ACCRUED, RECOVERED = "value.accrued", "value.recovered"
# A slot's hire in the accounts of costs: its gross fee, and the credit against it.
CARRIED, CREDITED = "cost.carried", "cost.credited"
# Slots that were granted and not revoked.
GRANTED = (OPEN, RESERVED, REDEEMED, EXPIRED)

Balances = dict[tuple[str, Unit], int]


def progress(scope: Scope) -> str:
    """The account of counted persons beyond the tens that became slots; below zero if too few are left for the slots in use."""
    return f"{PROGRESS}.{scope}"


def in_slots(scope: Scope) -> str:
    """The account of counted persons whose ten have become a slot."""
    return f"{IN_SLOTS}.{scope}"


def void(reason: str) -> str:
    """The account of persons who do not count for this reason."""
    return f"{VOID}.{reason}"


def persons_into_slot(verified: int) -> tuple[Posting, ...]:
    """Move ten persons, some of them verified, from the progress into a slot."""
    return (
        *transfer(progress("candidate"), in_slots("candidate"), verified, PERSON),
        *transfer(progress("tenant"), in_slots("tenant"), PERSONS_PER_SLOT - verified, PERSON),
    )


def move_slot(source: str, target: str) -> tuple[Posting, ...]:
    """Move one slot from one state to another."""
    return transfer(source, target, 1, SLOT)


def reverse(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """The postings that take these back."""
    return tuple(posting.model_copy(update={"amount": -posting.amount}) for posting in postings)


def post(balances: Balances, postings: tuple[Posting, ...]) -> None:
    """Add postings to the balances."""
    for posting in postings:
        key = posting.account, posting.unit
        balances[key] = balances.get(key, 0) + posting.amount


def total(balances: Balances, prefix: str, unit: Unit) -> int:
    """The sum of the accounts in a unit that have this name or start with it and a dot."""
    return sum(
        amount
        for (account, of), amount in balances.items()
        if of == unit and (account == prefix or account.startswith(f"{prefix}."))
    )
