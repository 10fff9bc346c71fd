"""The companies that use Career Relay: their policies as facts, their keys, and the invitations at rejections."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from schemas.relay.entries import Record
from schemas.relay.facts import ApplicationStep, Fact, Invited, PoliciesSet, Withheld
from schemas.relay.policy import Policy, RelayCompany
from schemas.relay.state import State
from schemas.relay.tokens import invitation_id, is_held_out, relay_key, token, token_id
from schemas.tenants.config import Tenant
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.relay import load_relay
from streams.configuration.secret_store import SecretStore
from streams.configuration.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Company:
    """One company with its policies and the key of its tokens."""

    tenant: Tenant
    relay: RelayCompany
    key: bytes

    def policies(self, at: datetime) -> PoliciesSet:
        """The fact of its policies; the same policies have the same id."""
        fact = PoliciesSet(
            id="policies",
            at=at,
            policies=self.relay.policies,
            timezone=self.tenant.timezone,
            currency=self.tenant.currency,
        )
        digest = hashlib.sha256(fact.model_dump_json(exclude={"id", "at"}).encode()).hexdigest()
        return fact.model_copy(update={"id": f"policies-{digest[:32]}"})


def load_companies(settings: Settings, environ: Mapping[str, str]) -> dict[str, Company]:
    """The companies by tenant; raise Misconfigured."""
    tenancy = load_tenancy(settings.config)
    store, problems = SecretStore(environ, settings.config.parent), list[str]()
    companies = {}
    for relay in load_relay(settings.relay, tenancy).companies:
        tenant = tenancy.tenant(relay.tenant)
        if tenant is None:
            continue
        secret = store.find(tenant.person_key, f"tenant {tenant.id}, person_key", problems)
        companies[tenant.id] = Company(tenant=tenant, relay=relay, key=relay_key(secret))
    if problems:
        raise Misconfigured("\n".join(["the relay cannot start:", *problems]))
    return companies


def modification_times(settings: Settings) -> tuple[float, ...]:
    """When the files that companies are loaded from were last changed."""

    def stamp(path: Path) -> float:
        return path.stat().st_mtime if path.exists() else 0.0

    return stamp(settings.config), stamp(settings.relay)


def invitation(company: Company, application: str, at: datetime, policy: Policy) -> Invited:
    """The link for an application, or with an empty one for the whole company; repeated, it is the same link."""
    name = invitation_id(company.tenant.id, application)
    return Invited(
        id=f"invited-{name}",
        at=at,
        invitation=name,
        token_id=token_id(token(company.key, name)),
        scope="candidate" if application else "tenant",
        application=application or None,
        expires=at + timedelta(days=policy.link_days) if application else None,
    )


def follow_up(company: Company, state: State, record: Record) -> Fact | None:
    """What follows a rejection: the control group gets no link, the others get one where the policy says so."""
    fact = record.fact
    became_eligible = any(entry.kind == "eligible" for entry in record.entries)
    if not became_eligible or not isinstance(fact, ApplicationStep):
        return None
    policy = state.policy_at(fact.at)
    if is_held_out(company.key, fact.candidate or fact.application, policy.holdout):
        return Withheld(
            id=f"withheld-{fact.application}"[:200], at=fact.at, application=fact.application
        )
    if not policy.automatic or state.tokens_of.get(fact.application):
        return None
    return invitation(company, fact.application, fact.at, policy)
