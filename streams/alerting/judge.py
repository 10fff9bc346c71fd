"""Compares the reported breaches with the cells and returns only the records that differ."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

from schemas.alerting.breach import Breach, Cause
from schemas.alerting.reconcile import WatchedMember, close, reconcile
from schemas.alerting.rule import EVERY, AlertRule, FoldMember
from schemas.alerting.rules import AlertRules
from schemas.cells import ALL, TOTAL
from schemas.instants import day_number
from schemas.tenants.business_hours import no_holiday
from schemas.tenants.config import Tenancy
from streams.alerting.cells import SEGMENTS, CellSums, KpiSeries

Today = Callable[[str], date]


class Judge:
    """Holds every written breach and decides which records to write next."""

    def __init__(self, rules: AlertRules, tenancy: Tenancy) -> None:
        """Start without breaches."""
        self._rules = rules
        self._holidays = tenancy.holidays()
        self._languages = {tenant.id: tenant.language for tenant in tenancy.tenants}
        self._breaches: dict[tuple[str, str, str, str], dict[str, Breach]] = {}
        self._prepared: dict[tuple[str, str], tuple[int, FoldMember]] = {}

    def record(self, breaches: Iterable[Breach]) -> None:
        """Remember written records."""
        for breach in breaches:
            self._breaches.setdefault(breach.subject, {})[breach.id] = breach

    def active(self) -> list[Breach]:
        """Every active breach."""
        return [
            breach
            for by_id in self._breaches.values()
            for breach in by_id.values()
            if breach.active
        ]

    def withdrawals(self, now: datetime) -> list[Breach]:
        """The records that end breaches whose rule was removed or no longer covers the member."""
        rules = {(rule.tenant, rule.id): rule for rule in self._rules.rules}
        obsolete = []
        for breach in self.active():
            rule = rules.get((breach.tenant, breach.rule))
            if (
                rule is None
                or rule.kpi != breach.kpi
                or not rule.covers(breach.dimension, breach.member)
            ):
                obsolete.append(breach)
        return close(obsolete, "withdrawn", now)

    def changes(
        self,
        sums: CellSums,
        touched: Iterable[KpiSeries] | None,
        today: Today,
        now: datetime,
        *,
        backfilling: Collection[str] = (),
    ) -> list[Breach]:
        """The records to write after these series changed; None evaluates everything. `today` is the day up to which events are complete.

        For companies in `backfilling`, whose history is being imported, rules that fire on low counts are skipped: a low count is not yet
        conclusive.
        """
        changed = None if touched is None else set(touched)
        if changed is None:
            self._prepared.clear()
        records: list[Breach] = []
        for rule in self._rules.rules:
            if rule.fires_on_low_count and rule.tenant in backfilling:
                continue
            members = (
                self._all_members(rule, sums)
                if changed is None
                else _affected_members(rule, changed)
            )
            as_of = day_number(today(rule.tenant))
            for member in members:
                records += self._reconcile_member(rule, member, sums, as_of, now)
        return records

    def _fold_member(self, rule: AlertRule, sums: CellSums) -> FoldMember:
        """The rule prepared for its members, again only when one of them was counted on a day for the first time."""
        version = sums.calendar_version(rule.tenant, rule.kpi, rule.dimension)
        previous = self._prepared.get((rule.tenant, rule.id))
        if previous is not None and previous[0] == version:
            return previous[1]
        members = {
            member: sums.days(KpiSeries(rule.tenant, rule.kpi, rule.dimension, member))
            for member in sums.members(rule.tenant, rule.kpi, rule.dimension)
            if rule.member in (EVERY, member)
        }
        prepared = rule.prepare(members, self._holidays.get(rule.tenant, no_holiday))
        self._prepared[rule.tenant, rule.id] = version, prepared
        return prepared

    def _all_members(self, rule: AlertRule, sums: CellSums) -> list[str]:
        counted = sums.members(rule.tenant, rule.kpi, rule.dimension)
        with_breaches = [
            member
            for tenant, name, dimension, member in self._breaches
            if (tenant, name, dimension) == (rule.tenant, rule.id, rule.dimension)
        ]
        return [
            member
            for member in dict.fromkeys([*counted, *with_breaches])
            if rule.member in (EVERY, member)
        ]

    def _reconcile_member(
        self, rule: AlertRule, member: str, sums: CellSums, as_of: int, now: datetime
    ) -> list[Breach]:
        subject = WatchedMember(
            rule=rule,
            dimension=rule.dimension,
            member=member,
            days=sums.days(KpiSeries(rule.tenant, rule.kpi, rule.dimension, member)),
            language=self._languages.get(rule.tenant, "ja"),
            fold_member=self._fold_member(rule, sums),
        )
        existing = self._breaches.get((rule.tenant, rule.id, rule.dimension, member), {})
        return reconcile(
            subject, [*existing.values()], as_of, now, lambda day: _find_cause(rule, sums, day)
        )


def _affected_members(rule: AlertRule, changed: Iterable[KpiSeries]) -> set[str]:
    members = (_affected_member(rule, series) for series in changed)
    return {member for member in members if member is not None}


def _affected_member(rule: AlertRule, series: KpiSeries) -> str | None:
    """The member that a change may affect: its own, or the company, whose breaches name their main contributor."""
    if (rule.tenant, rule.kpi) != (series.tenant, series.kpi):
        return None
    if rule.dimension == TOTAL and series.dimension in SEGMENTS:
        return ALL
    return series.member if rule.covers(series.dimension, series.member) else None


def _find_cause(rule: AlertRule, sums: CellSums, as_of: int) -> Cause:
    if rule.dimension != TOTAL:
        return Cause()
    members = {
        (dimension, member): sums.days(KpiSeries(rule.tenant, rule.kpi, dimension, member))
        for dimension in SEGMENTS
        for member in sums.members(rule.tenant, rule.kpi, dimension)
    }
    return rule.find_cause(members, as_of)
