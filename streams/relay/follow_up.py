"""What follows a rejection by itself: an invitation, or none for the control group."""

from schemas.relay.entries import Record
from schemas.relay.facts import ApplicationStep, Fact, Withheld
from schemas.relay.state import State
from schemas.relay.tokens import is_held_out
from streams.configuration.relay_companies import RelayTenant, invitation


def follow_up(company: RelayTenant, state: State, record: Record) -> Fact | None:
    """What follows a rejection: the control group gets no link, the others get one where the policy says so."""
    fact = record.fact
    became_eligible = any(entry.kind == "eligible" for entry in record.entries)
    if not became_eligible or not isinstance(fact, ApplicationStep):
        return None
    policy = state.policy_at(fact.at)
    if is_held_out(company.holdout_key, fact.candidate or fact.application, policy.holdout):
        return Withheld(
            id=f"withheld-{fact.application}"[:200], at=fact.at, application=fact.application
        )
    if not policy.automatic or state.tokens_of.get(fact.application):
        return None
    return invitation(company, fact.application, fact.at, policy)
