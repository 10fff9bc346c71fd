"""`hirelay connections`: how each webhook is doing: last delivery, silence, what never came, what was refused or kept."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from schemas.kafka.connection_health import LET_IN
from schemas.kafka.topics import DAY_MS, QUARANTINE
from schemas.tenants.business_hours import BusinessHours
from schemas.tenants.config import Connection, Tenancy, Tenant
from sinks.clickhouse.client import connect
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.ingest.connections import is_awaited
from streams.ingest.vendors import VENDORS

COUNTS = """
select
    connection,
    what,
    name,
    total,
    last
from v_connection_counts
"""
OPEN = """
select
    connection,
    reason,
    count() as entries
from v_quarantined
where state = 'open'
    and at > now() - interval {days:UInt16} day
group by connection, reason
"""
KEPT_DAYS = QUARANTINE.retention_ms // DAY_MS  # what is older can no longer be replayed


@dataclass(frozen=True, kw_only=True)
class ConnectionStatus:
    """One connection, of a company with these office hours.

    `last` is the last delivery that was let in, None while there is none, `last_refused` the last that no secret vouched
    for; `never_seen` are events without which KPIs have holes; `quarantine` counts the open entries by reason.
    """

    tenant: str
    office: BusinessHours
    connection: str
    vendor: str
    secrets: int
    last: datetime | None
    deliveries: dict[str, int] = field(default_factory=dict)
    signature_failures: int = 0
    last_refused: datetime | None = None
    never_seen: tuple[str, ...] = ()
    quarantine: dict[str, int] = field(default_factory=dict)

    def silent_for(self, now: datetime) -> timedelta | None:
        """Time since the last delivery."""
        return None if self.last is None else max(now - self.last, timedelta(0))

    def is_refusing(self) -> bool:
        """Whether the latest delivery was refused for its signature."""
        return self.last_refused is not None and (
            self.last is None or self.last_refused >= self.last
        )

    def advice(self, now: datetime) -> str:
        """The one thing to do next, or nothing; a silence is worth a look when it is longer than a working day."""
        if not self.secrets:
            return "give it the vendor's secret, then `hirelay dlq replay`"
        if self.is_refusing():
            return "compare the secret with the vendor's"
        if self.last is None:
            return "nothing has come: send a test from the vendor"
        if self.quarantine:
            return "look into `hirelay dlq list`"
        if self.never_seen:
            return "tick the missing events at the vendor"
        return "is the webhook still switched on?" if self.last < self.office.day_ago(now) else ""


def read(settings: Settings) -> list[ConnectionStatus]:
    """Every configured connection, in the order of the configuration; raise Unavailable or Misconfigured."""
    client = connect(settings.clickhouse, settings.clickhouse_password)
    return healths(client, load_tenancy(settings.config), settings.config.parent)


def healths(client: Any, tenancy: Tenancy, directory: Path) -> list[ConnectionStatus]:
    """As `read`, of what is given; files of secrets are beside the configuration, in `directory`."""
    counted: dict[str, dict[str, dict[str, tuple[int, datetime]]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for connection, what, name, total, last in client.query(COUNTS).result_rows:
        counted[connection][what][name] = (total, last.replace(tzinfo=UTC))
    kept: dict[str, Counter[str]] = defaultdict(Counter)
    for connection, reason, entries in client.query(
        OPEN, parameters={"days": KEPT_DAYS}
    ).result_rows:
        kept[connection][reason] += entries
    return [
        _health(
            tenant,
            each,
            counted[each.id],
            kept[each.id],
            sum(not is_awaited(secret, directory) for secret in each.secrets),
        )
        for tenant in tenancy.tenants
        for each in tenant.connections
    ]


def _health(
    tenant: Tenant,
    connection: Connection,
    counted: dict[str, dict[str, tuple[int, datetime]]],
    kept: Counter[str],
    secrets: int,
) -> ConnectionStatus:
    expected = next((v.expected for v in VENDORS if v.name == connection.vendor), frozenset[str]())
    outcomes, refused = counted["outcome"], counted["signature"]
    return ConnectionStatus(
        tenant=tenant.id,
        office=tenant.office,
        connection=connection.id,
        vendor=connection.vendor,
        secrets=secrets,
        last=max((last for name, (_, last) in outcomes.items() if name in LET_IN), default=None),
        deliveries={name: total for name, (total, _) in sorted(outcomes.items())},
        signature_failures=sum(total for total, _ in refused.values()),
        last_refused=max((last for _, last in refused.values()), default=None),
        never_seen=tuple(sorted(expected - counted["event"].keys())) if outcomes else (),
        quarantine=dict(sorted(kept.items())),
    )


def as_json(found: list[ConnectionStatus], now: datetime) -> str:
    """Everything, one object a connection."""
    return json.dumps(
        [
            {
                "tenant": each.tenant,
                "connection": each.connection,
                "vendor": each.vendor,
                "secrets": each.secrets,
                "last": None if each.last is None else each.last.isoformat(),
                "silent_for_s": None if silent is None else round(silent.total_seconds()),
                "deliveries": each.deliveries,
                "signature_failures": each.signature_failures,
                "last_refused": each.last_refused and each.last_refused.isoformat(),
                "never_seen": each.never_seen,
                "quarantine": each.quarantine,
                "advice": each.advice(now),
            }
            for each in found
            for silent in (each.silent_for(now),)
        ],
        ensure_ascii=False,
    )


def as_rich(found: list[ConnectionStatus], now: datetime) -> Table:
    """A table for people; what needs a hand stands out."""
    table = Table(title=f"Connections at {now.astimezone():%Y-%m-%d %H:%M}")
    for name in ("connection", "last", "deliveries", "trouble", "what to do"):
        table.add_column(name, overflow="fold")
    for each in found:
        silent, advice = each.silent_for(now), each.advice(now)
        style = "red" if each.is_refusing() else "yellow"
        table.add_row(
            f"{each.connection}\n[dim]{each.vendor}[/]",
            "never" if silent is None else f"{_span(silent)} ago",
            _counts(each.deliveries),
            "\n".join(_trouble(each)),
            f"[{style}]{advice}[/]" if advice else "[green]well[/]",
        )
    return table


def _trouble(each: ConnectionStatus) -> list[str]:
    found = [f"never seen: {name}" for name in each.never_seen]
    if each.signature_failures:
        found.append(f"bad signatures: {each.signature_failures}")
    return found + [f"set aside: {reason} {n}" for reason, n in each.quarantine.items()]


def _counts(counts: dict[str, int]) -> str:
    return "\n".join(f"{name} {n}" for name, n in counts.items())


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def render(
    found: list[ConnectionStatus], now: datetime, console: Console, *, as_table: bool
) -> None:
    """Print as a table or as JSON."""
    if as_table:
        console.print(as_rich(found, now))
    else:
        console.file.write(as_json(found, now) + "\n")
