"""The companies that use Career Relay, with their policies, the key of their tokens, and their invitations."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.relay.facts import Invited, PoliciesSet
from schemas.relay.policy import RelayCompany, RelayPolicy
from schemas.relay.tokens import invitation_id, relay_key, token, token_id
from schemas.tenants.config import Tenant
from streams.configuration.files import Misconfigured, load_tenancy, modification_times
from streams.configuration.relay import load_relay
from streams.configuration.secret_store import SecretStore
from streams.configuration.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RelayTenant:
    """One company with its policies and the keys of its tokens, the newest first."""

    tenant: Tenant
    relay: RelayCompany
    keys: tuple[bytes, ...]

    @property
    def holdout_key(self) -> bytes:
        """The key that draws the control group: the first one there was, so that nobody changes groups."""
        return self.keys[-1]

    def token(self, invitation: str) -> str:
        """The token of an invitation that is issued now."""
        return token(self.keys[0], invitation)

    def tokens(self, invitation: str) -> tuple[str, ...]:
        """The tokens under which an invitation may have been issued, the present one first."""
        return tuple(token(key, invitation) for key in self.keys)

    def issued_token(self, fact: Invited) -> str:
        """The token of an invitation that was issued, whatever key there was then."""
        tokens = self.tokens(fact.invitation)
        return next((text for text in tokens if token_id(text) == fact.token_id), tokens[0])

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


def load_companies(settings: Settings, environ: Mapping[str, str]) -> dict[str, RelayTenant]:
    """The companies by tenant; raise Misconfigured."""
    tenancy = load_tenancy(settings.config)
    store, problems = SecretStore(environ, settings.config.parent), list[str]()
    companies = {}
    for relay in load_relay(settings.relay, tenancy).companies:
        tenant = tenancy.tenant(relay.tenant)
        if tenant is None:
            continue
        secrets = [
            store.find(secret, f"tenant {tenant.id}, person_key", problems)
            for secret in reversed(tenant.person_keys)
        ]
        keys = tuple(relay_key(secret) for secret in secrets)
        companies[tenant.id] = RelayTenant(tenant=tenant, relay=relay, keys=keys)
    if problems:
        raise Misconfigured("\n".join(["the relay cannot start:", *problems]))
    return companies


class RelayCompanies:
    """The companies of the files as they are now; while the files are unusable, as they were."""

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        """Read nothing before the first use."""
        self._settings, self._environ = settings, environ
        self._mtimes: tuple[float, ...] | None = None
        self._companies: dict[str, RelayTenant] = {}

    def current(self) -> Mapping[str, RelayTenant]:
        """The companies by tenant."""
        mtimes = file_times(self._settings)
        if mtimes != self._mtimes:
            self._mtimes = mtimes
            try:
                self._companies = load_companies(self._settings, self._environ)
            except Misconfigured as problem:
                log.warning("relay policies not loaded", extra={"reason": str(problem)[:500]})
        return self._companies


def file_times(settings: Settings) -> tuple[float, ...]:
    """When the files that companies are loaded from were last changed."""
    return modification_times(settings.config, settings.relay)


def invitation(
    company: RelayTenant, application: str, at: datetime, policy: RelayPolicy
) -> Invited:
    """The link for an application, or with an empty one for the whole company; repeated, it is the same link."""
    name = invitation_id(company.tenant.id, application)
    return Invited(
        id=f"invited-{name}",
        at=at,
        invitation=name,
        token_id=token_id(company.token(name)),
        scope="candidate" if application else "tenant",
        application=application or None,
        expires=at + timedelta(days=policy.link_days) if application else None,
    )
