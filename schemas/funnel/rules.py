"""A tenant's rules for the fold: its local days, the milestone of a stage, and who ended an application."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from schemas.funnel.funnel_events import EndingEvent, PipelineStageMeaning, VendorStage
from schemas.instants import day_number
from schemas.tenants.config import ReasonRule, StageRule
from schemas.tenants.mapping_snapshot import MappingSnapshot, TenantMapping
from schemas.tenants.milestones import MappingRule, find_rule, lookup_milestone
from schemas.tenants.reasons import EVENT_BY_PARTY, is_duplicate, lookup_party
from schemas.text.plain import plain_name

# Every time zone's offset is a multiple of it, so the local day never changes within a quarter of an hour.
QUARTER_HOUR_MS = 900_000
_ALWAYS = (-(10**9), 10**9)

_MeaningKey = tuple[str, VendorStage, PipelineStageMeaning | None, int]
RulesByConnection = dict[str, tuple[MappingRule, ...]]


class StageMeaning(NamedTuple):
    """The milestone of a stage, `unmapped`, or the type of an ending; and the stage's place in its process, if known."""

    milestone: str
    order: int | None


class EndingMeaning(NamedTuple):
    """The type of an ending; `mapped` unless only the reason could tell and nobody mapped it.

    A `duplicate` is the closing of an application that was made twice.
    """

    kind: str
    mapped: bool = True
    duplicate: bool = False

    @property
    def by_nobody(self) -> bool:
        """Whether neither company nor candidate is known to have ended it."""
        return self.kind == EVENT_BY_PARTY["neither"] or not self.mapped


class _LocalDays(dict[int, int]):
    """The local day of each quarter of an hour since 1970 UTC, computed when it is first asked for."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def __missing__(self, quarter: int) -> int:
        moment = datetime.fromtimestamp(quarter * (QUARTER_HOUR_MS // 1000), UTC)
        day = self[quarter] = day_number(moment.astimezone(self._zone).date())
        return day


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
        reopening_connections: frozenset[str] = frozenset(),
        channel_aliases: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`stages` and `reasons` hold the configured rules of each connection, `deletion_policy` is for candidates.

        Costs are added up in `currency`; `hire_value` is the worth of a hire in its minor units. The connections in
        `without_scorecards` never report scorecards, those in `reopening_connections` report reopenings as events.
        `channel_aliases` maps names of channels to those they are counted under.
        """
        self._stages = stages or {}
        self._reasons = reasons or {}
        self.deletion_policy = deletion_policy
        self.currency = currency
        self.hire_value = hire_value
        self._without_scorecards = without_scorecards
        self._reopening_connections = reopening_connections
        self._channels = dict(channel_aliases)
        self._days = _LocalDays(ZoneInfo(timezone))
        self._meanings: dict[_MeaningKey, StageMeaning] = {}

    def day(self, at: int) -> int:
        """The tenant's local day (days since 1970-01-01) of an instant in milliseconds."""
        return self._days[at // QUARTER_HOUR_MS]

    def stage_meaning(
        self, connection: str, stage: VendorStage, defined: PipelineStageMeaning | None, at: int
    ) -> StageMeaning:
        """What the stage means on the day of `at`: by rule on its id or name, the pipeline's definition, vendor kind or name."""
        rules = self._stages.get(connection)
        key = (connection, stage, defined, self.day(at) if rules else 0)
        meaning = self._meanings.get(key)
        if meaning is None:
            meaning = self._meanings[key] = _stage_meaning(rules or (), stage, defined, key[3])
        return meaning

    def reopens_by_event(self, connection: str) -> bool:
        """Whether the connection's system reports reopenings, so that a move alone is none."""
        return connection in self._reopening_connections

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

    def ending(self, event: EndingEvent) -> EndingMeaning:
        """Who ended the application: by the configured reason, the party that the event names, or a well-known reason."""
        header = event.header
        if header.kind == EVENT_BY_PARTY["hired"]:
            return EndingMeaning(header.kind)
        rules = self._reasons.get(header.connection)
        rule = (
            find_rule(rules, event.reason or "", event.reason_name, self.day(header.at))
            if rules
            else None
        )
        party = event.party if rule is None else rule.meaning
        mapped = True
        if party not in EVENT_BY_PARTY:
            party = lookup_party(event.reason_name)
            mapped = party is not None
        kind = header.kind if party is None else EVENT_BY_PARTY[party]
        duplicate = party == "duplicate" or (rule is None and is_duplicate(event.reason_name))
        return EndingMeaning(
            kind,
            mapped=mapped,
            duplicate=duplicate and kind == EVENT_BY_PARTY["neither"],
        )


def _stage_meaning(
    rules: Sequence[MappingRule],
    stage: VendorStage,
    defined: PipelineStageMeaning | None,
    day: int,
) -> StageMeaning:
    rule = find_rule(rules, stage.id, stage.name, day)
    order = stage.order if defined is None or defined.order is None else defined.order
    if rule is not None:
        return StageMeaning(rule.meaning, order if rule.order is None else rule.order)
    if defined is None:
        return StageMeaning(lookup_milestone(stage.name, stage.kind), order)
    milestone = defined.milestone or lookup_milestone(stage.name or defined.name, stage.kind)
    return StageMeaning(milestone, order)


def _day_number_or(day: date | None, default: int) -> int:
    return default if day is None else day_number(day)


def to_rule(rule: StageRule | ReasonRule) -> MappingRule:
    """A configured rule in the form used for look-ups."""
    since, until = _day_number_or(rule.since, _ALWAYS[0]), _day_number_or(rule.until, _ALWAYS[1])
    order = None
    if isinstance(rule, StageRule):
        order = rule.order
        key, name = rule.stage_id, rule.stage_name
        meaning = rule.milestone or EVENT_BY_PARTY[rule.ending or ""]
    else:
        key, name, meaning = rule.reason_id, rule.reason_name, rule.party
    return MappingRule(id=key, name=name, meaning=meaning, since=since, until=until, order=order)


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
        frozenset(id_ for id_, connection in connections.items() if connection.reopenings),
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
