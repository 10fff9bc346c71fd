"""What alert rules see and have left, as rows, so that boards show the account of each rule."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from schemas.instants import local_today
from sinks.clickhouse.client import connect
from sinks.clickhouse.rows import RuleCoverageRow
from sinks.clickhouse.writer import Writer
from streams.configuration.alerts import load_alerts
from streams.configuration.files import Misconfigured, load_tenancy, modification_times
from streams.configuration.settings import Settings
from streams.reading.rule_accounts import WITHIN_WEEKS, RuleAccount, read_accounts

log = logging.getLogger(__name__)

FIRST_DELAY_S = 30.0  # the archive comes first
CHECK_S = 60.0
MAX_AGE_S = 6 * 3600.0


def coverage_rows(settings: Settings, client: Any, now: datetime) -> list[RuleCoverageRow] | None:
    """Return the rows of every rule with a budget; None if a file is missing or unusable, so that existing rows stay."""
    if not settings.alerts.exists() or not settings.config.exists():
        return None
    try:
        tenancy = load_tenancy(settings.config)
        rules = load_alerts(settings.alerts, tenancy).rules
    except Misconfigured as problem:
        log.warning("alert rules not loaded", extra={"reason": str(problem)[:500]})
        return None
    today: dict[str, date] = {row.id: local_today(now, row.timezone) for row in tenancy.tenants}
    accounts = read_accounts(client, rules, (), today)
    return [row for account in accounts for row in _rows(account)]


def _rows(account: RuleAccount) -> Iterator[RuleCoverageRow]:
    rule, smallest = account.rule, account.smallest
    of_rule = RuleCoverageRow(
        tenant=rule.tenant,
        rule=rule.id,
        kpi=rule.kpi,
        dimension=rule.dimension,
        member="",
        budget=account.budget,
        members=len(account.members),
        unseen=account.unseen,
        weekly=None,
        rate=None if smallest is None else smallest.before,
        fallen=None,
        weeks=None,
        smallest=None if smallest is None else smallest.after,
        within_weeks=WITHIN_WEEKS,
        version=0,
    )
    yield of_rule
    for row in () if account.personal else account.members:
        yield of_rule._replace(
            member=row.member,
            weekly=row.weekly,
            rate=row.rate,
            fallen=row.fallen,
            weeks=row.weeks,
            smallest=None,
        )


async def keep_coverage(settings: Settings, clock: Callable[[], datetime]) -> None:
    """Write the rows soon after the start, after a change of the files and every six hours, until cancelled."""
    await asyncio.sleep(FIRST_DELAY_S)
    written: tuple[tuple[float, ...], datetime] | None = None
    while True:
        files, now = modification_times(settings.config, settings.alerts), clock()
        if written is None or written[0] != files or _age_s(written[1], now) >= MAX_AGE_S:
            await asyncio.to_thread(_write, settings, now)
            written = files, now
        await asyncio.sleep(CHECK_S)


def _age_s(since: datetime, now: datetime) -> float:
    return (now - since).total_seconds()


def _write(settings: Settings, now: datetime) -> None:
    # Boards can do without the account for a while, and the archive must not stop for it.
    try:
        client = connect(settings.clickhouse_access)
        rows = coverage_rows(settings, client, now)
        if rows is not None:
            Writer(client).replace_rule_coverage(rows)
            log.info("rule coverage written", extra={"rows": len(rows)})
    except Exception as problem:
        log.warning("rule coverage not written", extra={"reason": str(problem)[:500]})
