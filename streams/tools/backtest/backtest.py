"""Backtests alert rules on history: how often each would have opened had it been active.

It uses the cells as they are now, day by day, like the watch; late events had not arrived yet at the time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from schemas.alerting.episodes import Episode, ReportedHistory
from schemas.alerting.rule import AlertRule
from schemas.did_you_mean import did_you_mean
from schemas.errors import Malformed
from schemas.instants import day_number
from schemas.planning.periods import local_date
from schemas.tenants.business_hours import IsHoliday, no_holiday
from schemas.tenants.config import Tenancy
from streams.configuration.targets import require_tenant
from streams.reading.rule_cells import query_members


@dataclass(frozen=True, kw_only=True)
class BacktestOpening:
    """One breach that would have opened: its member, start, end (None: still open), value and n."""

    member: str
    opened: date
    until: date | None
    value: float | None
    n: int


@dataclass(frozen=True, kw_only=True)
class BacktestResult:
    """What a rule would have done in the `days` days up to `as_of`; `members` is the number of members with cases.

    `since_before` counts breaches that would have opened earlier and would still be open: a watch that adopts the rule reports them
    at once.
    """

    rule: AlertRule
    days: int
    as_of: date
    members: int
    openings: tuple[BacktestOpening, ...]
    since_before: int

    @property
    def open_now(self) -> int:
        """How many would still be open."""
        return self.since_before + sum(opening.until is None for opening in self.openings)

    @property
    def by_week(self) -> tuple[int, ...]:
        """Openings by week; the latest week is last and complete."""
        weeks = -(-self.days // 7)
        counts = [0] * weeks
        for opening in self.openings:
            counts[weeks - 1 - (self.as_of - opening.opened).days // 7] += 1
        return tuple(counts)

    @property
    def summary(self) -> str:
        """The result as a phrase."""
        n = len(self.openings)
        times = "would not have fired" if not n else f"would have fired {n} time{'s'[: n > 1]}"
        return f"{times} in {self.days} day{'s'[: self.days > 1]}"


def select_rules(
    rules: tuple[AlertRule, ...], tenancy: Tenancy, tenant: str, rule_id: str
) -> tuple[AlertRule, ...]:
    """Select the rules of a company, or all if empty, with that id, or any if empty.

    Raise Misconfigured for an unknown company, Malformed for an unknown id.
    """
    if tenant:
        rules = tuple(rule for rule in rules if rule.tenant == require_tenant(tenancy, tenant).id)
    if rule_id and rule_id not in (ids := [rule.id for rule in rules]):
        raise Malformed("rule", f"no rule {rule_id!r}{did_you_mean(rule_id, ids)}")
    return tuple(rule for rule in rules if rule_id in ("", rule.id))


def run_backtest(
    client: Any,
    rules: tuple[AlertRule, ...],
    days: int,
    today: Callable[[str], date],
    holidays: Mapping[str, IsHoliday] = MappingProxyType({}),
) -> Iterator[BacktestResult]:
    """Judge each rule on the last `days` local days of its company; `today` returns a company's local day.

    `holidays` are the calendars of companies.
    """
    for rule in rules:
        yield _backtest(
            client, rule, days, today(rule.tenant), holidays.get(rule.tenant, no_holiday)
        )


def _backtest(
    client: Any, rule: AlertRule, days: int, as_of: date, is_holiday: IsHoliday
) -> BacktestResult:
    members = query_members(client, rule, as_of)
    fold_member = rule.prepare(members, is_holiday)
    first = as_of - timedelta(days=days - 1)
    openings = [
        _to_opening(member, episode)
        for member in sorted(members)
        for episode in fold_member(member, ReportedHistory(), day_number(as_of)).episodes
    ]
    return BacktestResult(
        rule=rule,
        days=days,
        as_of=as_of,
        members=len(members),
        openings=tuple(opening for opening in openings if opening.opened >= first),
        since_before=sum(opening.until is None and opening.opened < first for opening in openings),
    )


def _to_opening(member: str, episode: Episode) -> BacktestOpening:
    return BacktestOpening(
        member=member,
        opened=local_date(episode.opened),
        until=None if episode.until is None else local_date(episode.until),
        value=episode.last.value,
        n=episode.last.n,
    )
