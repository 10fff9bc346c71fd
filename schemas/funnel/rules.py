"""A tenant's rules for the fold: its local days, the milestone of a stage, and who ended an application."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from schemas.funnel.funnel_events import EndingEvent
from schemas.instants import day_number
from schemas.tenants.config import ReasonRule, StageRule
from schemas.tenants.mapping_snapshot import MappingSnapshot, TenantMapping
from schemas.tenants.milestones import MappingRule, lookup_milestone, lookup_rule
from schemas.tenants.reasons import EVENT_BY_PARTY, lookup_party
from schemas.text.plain import plain_name

# Every time zone's offset is a multiple of it, so the local day never changes within a quarter of an hour.
QUARTER_HOUR_MS = 900_000
_ALWAYS = (-(10**9), 10**9)

RulesByConnection = dict[str, tuple[MappingRule, ...]]


class Rules:
    """Pure look-ups with a cache; Rules built from equal configurations give equal answers."""

    def __init__(  # noqa: PLR0913, PLR0917 - a tenant's policies
        self,
        timezone: str,
        stages: RulesByConnection | None = None,
        reasons: RulesByConnection | None = None,
        deletion_policy: str = "named",
        currency: str = "JPY",
        hire_value: int = 0,
        without_scorecards: frozenset[str] = frozenset(),
        channel_aliases: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`stages` and `reasons` hold the configured rules of each connection, `deletion_policy` is for candidates.

        Costs are added up in `currency`; `hire_value` is the worth of a hire in its minor units. The connections in
        `without_scorecards` never report scorecards. `channel_aliases` maps names of channels to those they are counted under.
        """
        self._zone = ZoneInfo(timezone)
        self._stages = stages or {}
        self._reasons = reasons or {}
        self.deletion_policy = deletion_policy
        self.currency = currency
        self.hire_value = hire_value
        self._without_scorecards = without_scorecards
        self._channels = dict(channel_aliases)
        self._days: dict[int, int] = {}
        self._milestones: dict[tuple[str, str, str | None, str | None, int], str] = {}

    def day(self, at: int) -> int:
        """The tenant's local day (days since 1970-01-01) of an instant in milliseconds."""
        slot = at // QUARTER_HOUR_MS
        day = self._days.get(slot)
        if day is None:
            moment = datetime.fromtimestamp(slot * (QUARTER_HOUR_MS // 1000), UTC)
            day = day_number(moment.astimezone(self._zone).date())
            self._days[slot] = day
        return day

    def milestone(
        self, connection: str, stage: str, name: str | None, kind: str | None, at: int
    ) -> str:
        """The milestone of a stage on the day of `at`: by rule on its id or name, vendor kind, well-known name, `unmapped`."""
        rules = self._stages.get(connection)
        key = (connection, stage, name, kind, self.day(at) if rules else 0)
        milestone = self._milestones.get(key)
        if milestone is None:
            configured = lookup_rule(rules, stage, name, key[4]) if rules else None
            milestone = configured or lookup_milestone(name, kind)
            self._milestones[key] = milestone
        return milestone

    def channel(self, name: str) -> str:
        """The channel that a name is counted under: what it is an alias of, else itself, in the form of names."""
        channel = self._channels.get(name)
        if channel is None:
            plain = plain_name(name)
            channel = self._channels[name] = self._channels.get(plain, plain)
        return channel

    def expects_scorecards(self, connection: str) -> bool:
        """Whether the connection reports scorecards, so that an absent one is really missing."""
        return connection not in self._without_scorecards

    def ending_type(self, event: EndingEvent) -> str | None:
        """The ending type of the event: by the configured reason, the vendor's party, or a well-known reason.

        None if only the reason could tell who ended the application and the reason is not mapped.
        """
        header = event.header
        if header.kind == EVENT_BY_PARTY["hired"]:
            return header.kind
        rules = self._reasons.get(header.connection)
        if rules:
            day = self.day(header.at)
            party = lookup_rule(rules, event.reason or "", event.reason_name, day)
            if party is not None:
                return EVENT_BY_PARTY[party]
        if event.party != "unknown":
            return header.kind
        party = lookup_party(event.reason_name)
        return None if party is None else EVENT_BY_PARTY[party]


def _day_number_or(day: date | None, default: int) -> int:
    return default if day is None else day_number(day)


def to_rule(rule: StageRule | ReasonRule) -> MappingRule:
    """A configured rule in the form used for look-ups."""
    since, until = _day_number_or(rule.since, _ALWAYS[0]), _day_number_or(rule.until, _ALWAYS[1])
    if isinstance(rule, StageRule):
        key, name = rule.stage_id, rule.stage_name
        meaning = rule.milestone or EVENT_BY_PARTY[rule.ending or ""]
    else:
        key, name, meaning = rule.reason_id, rule.reason_name, rule.party
    return MappingRule(id=key, name=name, meaning=meaning, since=since, until=until)


def _rules_by_connection(
    rules: dict[str, Sequence[StageRule] | Sequence[ReasonRule]],
) -> RulesByConnection:
    return {connection: tuple(map(to_rule, configured)) for connection, configured in rules.items()}


def build_rules(tenant: TenantMapping) -> Rules:
    """Build the rules of one tenant."""
    connections = tenant.connections
    return Rules(
        tenant.timezone,
        _rules_by_connection({id_: connection.stages for id_, connection in connections.items()}),
        _rules_by_connection({id_: connection.reasons for id_, connection in connections.items()}),
        tenant.deleted_candidates,
        tenant.currency,
        tenant.hire_value,
        frozenset(id_ for id_, connection in connections.items() if not connection.scorecards),
        tenant.channel_aliases,
    )


class TenantRules:
    """The rules of every tenant; a tenant without configuration has its days in UTC."""

    def __init__(self, mapping: MappingSnapshot) -> None:
        """Build each tenant's rules once."""
        self.mapping = mapping
        self._rules = {name: build_rules(tenant) for name, tenant in mapping.tenants.items()}

    def for_tenant(self, tenant_id: str) -> Rules:
        """The rules of `tenant_id`."""
        rules = self._rules.get(tenant_id)
        if rules is None:
            rules = self._rules[tenant_id] = Rules("UTC")
        return rules
