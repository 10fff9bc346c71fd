"""A tenant's rules as the fold uses them: where its days are cut, and which milestone a stage is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from schemas.milestones import Rule, by_name, by_rule
from schemas.tenancy import Tenancy, Tenant

QUARTER_HOUR_MS = (
    900_000  # every zone's offset is a multiple of it, so a day never changes inside one
)
EPOCH_DAY = date(1970, 1, 1).toordinal()
_EVER = (-(10**9), 10**9)


class Rules:
    """Pure look-ups with a memory; two Rules from equal tenants answer alike."""

    def __init__(self, timezone: str, stages: dict[str, tuple[Rule, ...]] | None = None) -> None:
        """`stages` holds the configured rules of each connection."""
        self._zone = ZoneInfo(timezone)
        self._stages = stages or {}
        self._days: dict[int, int] = {}
        self._milestones: dict[tuple[str, str, str | None, str | None, int], str] = {}

    def day(self, at: int) -> int:
        """The tenant's local day (days since 1970-01-01) of an instant in milliseconds."""
        slot = at // QUARTER_HOUR_MS
        found = self._days.get(slot)
        if found is None:
            moment = datetime.fromtimestamp(slot * (QUARTER_HOUR_MS // 1000), UTC)
            found = moment.astimezone(self._zone).date().toordinal() - EPOCH_DAY
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


def _bound(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal() - EPOCH_DAY


def rules_of(tenant: Tenant) -> Rules:
    """The rules of one configured tenant."""
    return Rules(
        tenant.timezone,
        {
            connection.id: tuple(
                Rule(
                    stage_id=rule.stage_id,
                    stage_name=rule.stage_name,
                    milestone=rule.milestone,
                    since=_bound(rule.since, _EVER[0]),
                    until=_bound(rule.until, _EVER[1]),
                )
                for rule in connection.stages
            )
            for connection in tenant.connections
        },
    )


class Rulebook:
    """The rules of every tenant; a tenant that the configuration no longer names keeps its days in UTC."""

    def __init__(self, tenancy: Tenancy) -> None:
        """Build each tenant's rules once."""
        self._rules = {tenant.id: rules_of(tenant) for tenant in tenancy.tenants}

    def of(self, tenant_id: str) -> Rules:
        """The rules of `tenant_id`."""
        rules = self._rules.get(tenant_id)
        if rules is None:
            rules = self._rules[tenant_id] = Rules("UTC")
        return rules
