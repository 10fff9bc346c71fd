"""What a slot is worth: in integer minor units, rounded down, so that no slot is worth more than its method says."""

from datetime import datetime, timedelta

from schemas.relay import accounts
from schemas.relay.entries import Posting, transfer
from schemas.relay.facts import AgencyFee, SlotClaim
from schemas.relay.policy import AgencyFeeValue, FixedValue, RelayPolicy
from schemas.relay.state import Slot, State


def expected_value(state: State, policy: RelayPolicy, moment: datetime) -> int:
    """The value of a slot granted at this instant, in the company's currency."""
    value = policy.value
    if isinstance(value, FixedValue):
        return value.amount
    if isinstance(value, AgencyFeeValue):
        return value.salary * value.rate // 100
    since = moment - timedelta(days=value.days)
    fees = [
        fee.amount for fee in state.fees.values() if _counts(fee, state.currency, since, moment)
    ]
    return sum(fees) // len(fees) if fees else value.otherwise


def _counts(fee: AgencyFee, currency: str, since: datetime, until: datetime) -> bool:
    return fee.currency == currency and fee.amount > 0 and since < fee.at <= until


def recovered_value(state: State, slot: Slot, claim: SlotClaim) -> tuple[int, str]:
    """The value that a redeemed slot recovers, and its currency: by the hire's own salary if the method and the claim name it."""
    value = slot.policy.value
    if isinstance(value, AgencyFeeValue) and claim.salary is not None:
        return claim.salary * value.rate // 100, claim.currency or state.currency
    return expected_value_of(slot), slot_currency(slot, state.currency)


def expected_value_of(slot: Slot) -> int:
    """The full value that the slot was granted with."""
    return slot.entry.value


def slot_currency(slot: Slot, default: str) -> str:
    """The currency that the slot was granted in."""
    units = (posting.unit for posting in slot.entry.postings if posting.account == accounts.ACCRUED)
    return next(units, default)


def accrual(value: int, policy: RelayPolicy, currency: str) -> tuple[Posting, ...]:
    """Accrue the expected part of a slot's value."""
    expected = value * policy.redemption // 100
    return transfer(accounts.WORLD, accounts.ACCRUED, expected, currency)


def recovery(amount: int, policy: RelayPolicy, currency: str) -> tuple[Posting, ...]:
    """Recognise a value as recovered; with the credit mode `gross` also carry the hire at its gross fee, and credit it."""
    recovered = transfer(accounts.WORLD, accounts.RECOVERED, amount, currency)
    if policy.credit_mode == "zero":
        return recovered
    return (*recovered, *transfer(accounts.CREDITED, accounts.CARRIED, amount, currency))
