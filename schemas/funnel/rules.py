"""A tenant's rules as the fold uses them: where its days are cut, which milestone a stage is, who ended an application."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from schemas.funnel.history import FunnelEvent
from schemas.instants import day_number
from schemas.tenants.config import ReasonRule, StageRule
from schemas.tenants.mapping_snapshot import MappingSnapshot, TenantMapping
from schemas.tenants.milestones import Rule, by_name, by_rule
from schemas.tenants.reasons import BY_PARTY, party_of

QUARTER_HOUR_MS = (
    900_000  # every zone's offset is a multiple of it, so a day never changes inside one
)
_EVER = (-(10**9), 10**9)

Ruling = dict[str, tuple[Rule, ...]]


class Rules:
    """Pure look-ups with a memory; two Rules from equal meanings answer alike."""

    def __init__(  # noqa: PLR0913, PLR0917 - a tenant's policies
        self,
        timezone: str,
        stages: Ruling | None = None,
        reasons: Ruling | None = None,
        deleted: str = "named",
        currency: str = "JPY",
        hire_value: int = 0,
        unscored: frozenset[str] = frozenset(),
    ) -> None:
        """`stages` and `reasons` hold the configured rules of each connection; `deleted` is the policy of deletions.

        `currency` is the one that costs are added up in, and `hire_value` what a hire is worth in its minor units. The
        connections in `unscored` never tell of scorecards.
        """
        self._zone = ZoneInfo(timezone)
        self._stages = stages or {}
        self._reasons = reasons or {}
        self.deleted = deleted
        self.currency = currency
        self.hire_value = hire_value
        self._unscored = unscored
        self._days: dict[int, int] = {}
        self._milestones: dict[tuple[str, str, str | None, str | None, int], str] = {}

    def day(self, at: int) -> int:
        """The tenant's local day (days since 1970-01-01) of an instant in milliseconds."""
        slot = at // QUARTER_HOUR_MS
        found = self._days.get(slot)
        if found is None:
            moment = datetime.fromtimestamp(slot * (QUARTER_HOUR_MS // 1000), UTC)
            found = day_number(moment.astimezone(self._zone).date())
            self._days[slot] = found
        return found

    def milestone(
        self, connection: str, stage: str, name: str | None, kind: str | None, at: int
    ) -> str:
        """What the stage means on the day of `at`: rule by id, rule by name, vendor kind, known name, `unmapped`."""
        rules = self._stages.get(connection)
        key = (connection, stage, name, kind, self.day(at) if rules else 0)
        found = self._milestones.get(key)
        if found is None:
            configured = by_rule(rules, stage, name, key[4]) if rules else None
            found = configured or by_name(name, kind)
            self._milestones[key] = found
        return found

    def scorecards(self, connection: str) -> bool:
        """Whether its system tells of scorecards, so that a missing one is missing."""
        return connection not in self._unscored

    def ending(self, event: FunnelEvent) -> str | None:
        """Which ending the event is: by the configured reason, by what the vendor says, by a well-known reason.

        None where only the reason could tell who ended it, and nobody said what this reason means.
        """
        if event.kind == BY_PARTY["hired"]:
            return event.kind
        rules = self._reasons.get(event.connection)
        if rules:
            day = self.day(event.at)
            party = by_rule(rules, event.reason or "", event.reason_name, day)
            if party is not None:
                return BY_PARTY[party]
        if event.party != "unknown":
            return event.kind
        known = party_of(event.reason_name)
        return None if known is None else BY_PARTY[known]


def _bound(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day_number(day)


def rule_of(rule: StageRule | ReasonRule) -> Rule:
    """A configured rule in the form that is looked up."""
    since, until = _bound(rule.since, _EVER[0]), _bound(rule.until, _EVER[1])
    if isinstance(rule, StageRule):
        key, name, means = rule.stage_id, rule.stage_name, rule.milestone
    else:
        key, name, means = rule.reason_id, rule.reason_name, rule.party
    return Rule(id=key, name=name, means=means, since=since, until=until)


def _ruling(rules: dict[str, Sequence[StageRule] | Sequence[ReasonRule]]) -> Ruling:
    return {connection: tuple(map(rule_of, each)) for connection, each in rules.items()}


def rules_of(tenant: TenantMapping) -> Rules:
    """The rules of one tenant."""
    connections = tenant.connections
    return Rules(
        tenant.timezone,
        _ruling({name: each.stages for name, each in connections.items()}),
        _ruling({name: each.reasons for name, each in connections.items()}),
        tenant.deleted_candidates,
        tenant.currency,
        tenant.hire_value,
        frozenset(name for name, each in connections.items() if not each.scorecards),
    )


class TenantRules:
    """The rules of every tenant; a tenant that nobody described has its days in UTC."""

    def __init__(self, meaning: MappingSnapshot) -> None:
        """Build each tenant's rules once."""
        self.meaning = meaning
        self._rules = {name: rules_of(tenant) for name, tenant in meaning.tenants.items()}

    def of(self, tenant_id: str) -> Rules:
        """The rules of `tenant_id`."""
        rules = self._rules.get(tenant_id)
        if rules is None:
            rules = self._rules[tenant_id] = Rules("UTC")
        return rules
