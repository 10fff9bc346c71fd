"""Entries of the ledger: what was decided, as postings that add up to zero in every unit."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import AwareDatetime, model_validator

from schemas.events.application import FrozenModel, Id
from schemas.relay.factors import Factor
from schemas.relay.facts import Fact, Scope

PERSON, SLOT = "person", "slot"  # units beside currencies
Unit = str
EntryKind = Literal[
    "eligible",
    "ineligible",
    "invited",
    "withheld",
    "offered",
    "clicked",
    "registered",
    "voided",
    "counted",
    "reclassified",
    "revoked",
    "granted",
    "slot_revoked",
    "reserved",
    "released",
    "redeemed",
    "redemption_reversed",
    "expired",
    "reinstated",
]
# Why a person is not counted, or no longer.
VoidReason = Literal[
    "expired_link",
    "no_consent",
    "consent_withdrawn",
    "employee",
    "self_referral",
    "bot",
    "test",
    "ineligible",
    "duplicate",
    "link_used",
    "device",
    "cap",
    "undone",
    "erased",
]


class Posting(FrozenModel):
    """One side of an entry."""

    account: str
    amount: int
    unit: Unit


class Entry(FrozenModel):
    """One decision. The fields that do not belong to its kind are empty.

    `at` is when a person counted or a slot was granted, `due` the first day on which a slot can no longer be reserved,
    `persons` the ten of a grant, `value` the full value of its slot. `factor` is why the company rejected, on the local day
    `day` of the rejection, also in the entry that takes it back.
    """

    kind: EntryKind
    reason: VoidReason | None = None
    scope: Scope | None = None
    person: Id | None = None
    application: Id | None = None
    job: Id | None = None
    channel: Id | None = None
    invitation: Id | None = None
    slot: int | None = None
    persons: tuple[Id, ...] = ()
    due: date | None = None
    factor: Factor | None = None
    day: date | None = None
    value: int = 0
    at: AwareDatetime | None = None
    postings: tuple[Posting, ...] = ()

    @model_validator(mode="after")
    def check_balance(self) -> "Entry":
        """Reject postings that do not add up to zero in every unit."""
        totals = sum_by_unit(self.postings)
        if any(totals.values()):
            msg = f"{self.kind} does not balance: {totals}"
            raise ValueError(msg)
        return self


class Record(FrozenModel):
    """One record of the topic `relay-ledger`: a fact, its place in the company's ledger, and what was decided.

    `day` is the company's local day of the fact; `recorded` is when the ledger took it.
    """

    tenant: Id
    seq: int
    recorded: AwareDatetime
    day: date
    fact: Fact
    entries: tuple[Entry, ...] = ()

    @property
    def key(self) -> bytes:
        """The record's key."""
        return self.tenant.encode()


def sum_by_unit(postings: Iterable[Posting]) -> dict[Unit, int]:
    """The sum of the amounts in each unit."""
    totals: dict[Unit, int] = {}
    for posting in postings:
        totals[posting.unit] = totals.get(posting.unit, 0) + posting.amount
    return totals


def transfer(source: str, target: str, amount: int, unit: Unit) -> tuple[Posting, Posting]:
    """Move an amount from one account to another."""
    return (
        Posting(account=source, amount=-amount, unit=unit),
        Posting(account=target, amount=amount, unit=unit),
    )
