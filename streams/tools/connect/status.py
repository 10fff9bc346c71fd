"""`hirelay connections`: the status of each webhook: last delivery, silence, missing events, refused and quarantined deliveries."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from schemas.instants import DAY_MS
from schemas.kafka.connection_health import ACCEPTED_OUTCOMES
from schemas.kafka.topics import QUARANTINE
from schemas.tenants.business_hours import BusinessHours
from schemas.tenants.config import Connection, Tenancy, Tenant, WebhookSecret
from sinks.clickhouse.client import connect
from streams.configuration.files import load_tenancy
from streams.configuration.secret_store import is_pending
from streams.configuration.settings import Settings
from streams.ingest.vendors import VENDORS
from streams.tools.tables import TableColumn, TextTable, print_table

COUNTS_SQL = """
select
    connection,
    what,
    name,
    total,
    last
from v_connection_counts
"""
OPEN_ENTRIES_SQL = """
select
    connection,
    reason,
    count() as entries
from v_quarantined
where state = 'open'
    and at > now() - interval {days:UInt16} day
group by connection, reason
"""
KEPT_DAYS = QUARANTINE.retention_ms // DAY_MS  # older entries can no longer be replayed


@dataclass(frozen=True, kw_only=True)
class ConnectionStatus:
    """The status of one connection.

    `business_hours` are the tenant's. `secret_ends` are the days on which secrets expire, of those that do. `last` is the last accepted delivery, None if there is none; `last_refused` the last
    delivery whose signature no secret verified; `never_seen` are events that KPIs need and that never arrived; `quarantine`
    counts the open entries by reason, `not_counted` the accepted events of types that no number contains yet.
    """

    tenant: str
    business_hours: BusinessHours
    connection: str
    vendor: str
    secrets: int
    last: datetime | None
    secret_ends: tuple[date, ...] = ()
    deliveries: dict[str, int] = field(default_factory=dict)
    signature_failures: int = 0
    last_refused: datetime | None = None
    never_seen: tuple[str, ...] = ()
    quarantine: dict[str, int] = field(default_factory=dict)
    not_counted: dict[str, int] = field(default_factory=dict)

    def silent_for(self, now: datetime) -> timedelta | None:
        """Time since the last delivery."""
        return None if self.last is None else max(now - self.last, timedelta(0))

    def is_refusing(self) -> bool:
        """Whether the latest delivery was refused for its signature."""
        return self.last_refused is not None and (
            self.last is None or self.last_refused >= self.last
        )

    def has_ended(self, now: datetime) -> bool:
        """Whether no secret verifies deliveries any more."""
        today = now.astimezone(UTC).date()
        return bool(self.secret_ends) and self.secrets == sum(
            end <= today for end in self.secret_ends
        )

    def rotation(self, now: datetime) -> list[str]:
        """How far the rotation of secrets is: those that overlap, and those that end or have ended."""
        today = now.astimezone(UTC).date()
        active = self.secrets - sum(end <= today for end in self.secret_ends)
        lines = [f"{active} secrets are active"] if active > 1 else []
        return lines + [
            f"a secret {'expires' if end > today else 'expired'} {end}" for end in self.secret_ends
        ]

    def advice(self, now: datetime) -> str:
        """The most important next step, or an empty text; a silence matters once it is longer than a working day."""
        if not self.secrets or self.has_ended(now):
            missing = "add the vendor's secret, then run `hirelay dlq replay`"
            return "every secret has expired: list a new one" if self.secrets else missing
        if self.is_refusing():
            return "compare the secret with the vendor's"
        if self.last is None:
            return "nothing has arrived: send a test from the vendor"
        if self.quarantine:
            return "check `hirelay dlq list`"
        if self.never_seen:
            return "select the missing events at the vendor"
        return (
            "is the webhook still enabled?"
            if self.last < self.business_hours.working_day_before(now)
            else ""
        )


def load_statuses(settings: Settings) -> list[ConnectionStatus]:
    """The status of every configured connection, in configuration order; raise Unavailable or Misconfigured."""
    client = connect(settings.clickhouse_access)
    return connection_statuses(client, load_tenancy(settings.config), settings.config.parent)


def connection_statuses(client: Any, tenancy: Tenancy, directory: Path) -> list[ConnectionStatus]:
    """Like `load_statuses`, for this client and tenancy; `directory` is that of the configuration and its secret files."""
    counts: dict[str, dict[str, dict[str, tuple[int, datetime]]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for connection_id, what, name, total, last in client.query(COUNTS_SQL).result_rows:
        counts[connection_id][what][name] = (total, last.replace(tzinfo=UTC))
    quarantined: dict[str, Counter[str]] = defaultdict(Counter)
    for connection_id, reason, entries in client.query(
        OPEN_ENTRIES_SQL, parameters={"days": KEPT_DAYS}
    ).result_rows:
        quarantined[connection_id][reason] += entries
    return [
        _connection_status(
            tenant,
            connection,
            counts[connection.id],
            quarantined[connection.id],
            [secret for secret in connection.secrets if not is_pending(secret, directory)],
        )
        for tenant in tenancy.tenants
        for connection in tenant.connections
    ]


def _connection_status(
    tenant: Tenant,
    connection: Connection,
    counts: dict[str, dict[str, tuple[int, datetime]]],
    quarantined: Counter[str],
    secrets: list[WebhookSecret],
) -> ConnectionStatus:
    expected = next((v.expected for v in VENDORS if v.name == connection.vendor), frozenset[str]())
    outcomes, refused = counts["outcome"], counts["signature"]
    return ConnectionStatus(
        tenant=tenant.id,
        business_hours=tenant.business_hours,
        connection=connection.id,
        vendor=connection.vendor,
        secrets=len(secrets),
        secret_ends=tuple(sorted(s.expires for s in secrets if s.expires is not None)),
        last=max(
            (last for name, (_, last) in outcomes.items() if name in ACCEPTED_OUTCOMES),
            default=None,
        ),
        deliveries={name: total for name, (total, _) in sorted(outcomes.items())},
        signature_failures=sum(total for total, _ in refused.values()),
        last_refused=max((last for _, last in refused.values()), default=None),
        never_seen=tuple(sorted(expected - counts["event"].keys())) if outcomes else (),
        quarantine=dict(sorted(quarantined.items())),
        not_counted={name: total for name, (total, _) in sorted(counts["not_counted"].items())},
    )


def as_json(statuses: list[ConnectionStatus], now: datetime) -> str:
    """All fields, one object per connection."""
    return json.dumps(
        [
            {
                "tenant": status.tenant,
                "connection": status.connection,
                "vendor": status.vendor,
                "secrets": status.secrets,
                "rotation": status.rotation(now),
                "last": None if status.last is None else status.last.isoformat(),
                "silent_for_s": None if silence is None else round(silence.total_seconds()),
                "deliveries": status.deliveries,
                "signature_failures": status.signature_failures,
                "last_refused": status.last_refused and status.last_refused.isoformat(),
                "never_seen": status.never_seen,
                "quarantine": status.quarantine,
                "not_counted": status.not_counted,
                "advice": status.advice(now),
            }
            for status in statuses
            for silence in (status.silent_for(now),)
        ],
        ensure_ascii=False,
    )


def status_table(statuses: list[ConnectionStatus], now: datetime) -> TextTable:
    """Return a table for the terminal; connections that need attention are coloured."""
    titles = ("connection", "last", "deliveries", "problems", "what to do")
    prose = {"problems", "what to do"}
    rows = []
    for status in statuses:
        silence, advice = status.silent_for(now), status.advice(now)
        style = "red" if status.is_refusing() else "yellow"
        name = Text(status.connection).append(f"\n{status.vendor}", "dim")
        rows.append(
            (
                name,
                "never" if silence is None else f"{_format_duration(silence)} ago",
                "\n".join(_counts(status.deliveries)),
                "\n".join([*status.rotation(now), *_problems(status), *_not_counted(status)]),
                Text(advice, style) if advice else Text("ok", "green"),
            )
        )
    return TextTable(
        title=f"Connections at {_local_times(statuses, now)}",
        columns=[TableColumn(title=title, prose=title in prose) for title in titles],
        rows=rows,
        ruled=True,
    )


def _local_times(statuses: list[ConnectionStatus], now: datetime) -> str:
    """The time in every zone of the tenants, as on their own clocks."""
    zones = dict.fromkeys(status.business_hours.timezone for status in statuses) or ("UTC",)
    return ", ".join(f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}" for zone in zones)


def _problems(status: ConnectionStatus) -> list[str]:
    problems = [f"never seen: {name}" for name in status.never_seen]
    if status.signature_failures:
        problems.append(f"bad signatures: {status.signature_failures}")
    return problems + [f"quarantined: {reason} {n}" for reason, n in status.quarantine.items()]


def _counts(counts: dict[str, int]) -> list[str]:
    return [f"{name} {n}" for name, n in counts.items()]


def _not_counted(status: ConnectionStatus) -> list[str]:
    return [f"not counted yet: {line}" for line in _counts(status.not_counted)]


def _format_duration(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def render(
    statuses: list[ConnectionStatus], now: datetime, console: Console, *, as_table: bool
) -> None:
    """Print as a table or as JSON."""
    if as_table:
        print_table(status_table(statuses, now), console)
    else:
        console.file.write(as_json(statuses, now) + "\n")
