"""What is known of breaches and what the cells say, brought together: only what differs is to be written."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime

from schemas.alerting.breach import Breach, Segment
from schemas.alerting.reconcile import WatchedMember, close, farthest, reconcile
from schemas.alerting.rules import EVERY, AlertRule, AlertRules
from schemas.cells import ALL, TOTAL
from schemas.instants import day_number
from schemas.tenants.config import Tenancy
from streams.alerting.cells import SEGMENTS, CellSums, KpiSeries

Today = Callable[[str], date]


class Judge:
    """Knows every breach that was written, and says what has to be written next."""

    def __init__(self, rules: AlertRules, tenancy: Tenancy) -> None:
        """Nothing known yet."""
        self._rules = rules
        self._languages = {tenant.id: tenant.language for tenant in tenancy.tenants}
        self._known: dict[tuple[str, str, str, str], dict[str, Breach]] = {}

    def note(self, breaches: Iterable[Breach]) -> None:
        """Remember what was written."""
        for each in breaches:
            self._known.setdefault(each.subject, {})[each.id] = each

    def active(self) -> list[Breach]:
        """Every breach that goes on."""
        return [each for held in self._known.values() for each in held.values() if each.active]

    def withdrawn(self, now: datetime) -> list[Breach]:
        """The records that end breaches of rules that are gone, or no longer watch the member."""
        rules = {(rule.tenant, rule.id): rule for rule in self._rules.rules}
        gone = []
        for each in self.active():
            rule = rules.get((each.tenant, each.rule))
            if rule is None or rule.kpi != each.kpi or not rule.of(each.dimension, each.member):
                gone.append(each)
        return close(gone, "withdrawn", now)

    def changes(
        self,
        sums: CellSums,
        touched: Iterable[KpiSeries] | None,
        today: Today,
        now: datetime,
        *,
        behind: Collection[str] = (),
    ) -> list[Breach]:
        """The records to write after these series changed; None looks at everything. `today` is a day up to which events have told.

        Of companies that are `behind`, whose past is being brought in, it is not known yet that there are few of anything.
        """
        changed = None if touched is None else set(touched)
        found: list[Breach] = []
        for rule in self._rules.rules:
            if rule.of_few and rule.tenant in behind:
                continue
            members = (
                self._all(rule, sums)
                if changed is None
                else {member for each in changed if (member := _concerned(rule, each)) is not None}
            )
            as_of = day_number(today(rule.tenant))
            for member in members:
                found += self._one(rule, member, sums, as_of, now)
        return found

    def _all(self, rule: AlertRule, sums: CellSums) -> list[str]:
        counted = sums.members(rule.tenant, rule.kpi, rule.dimension)
        told = [
            member
            for tenant, name, dimension, member in self._known
            if (tenant, name, dimension) == (rule.tenant, rule.id, rule.dimension)
        ]
        return [each for each in dict.fromkeys([*counted, *told]) if rule.member in (EVERY, each)]

    def _one(
        self, rule: AlertRule, member: str, sums: CellSums, as_of: int, now: datetime
    ) -> list[Breach]:
        subject = WatchedMember(
            rule=rule,
            dimension=rule.dimension,
            member=member,
            days=sums.days(KpiSeries(rule.tenant, rule.kpi, rule.dimension, member)),
            language=self._languages.get(rule.tenant, "ja"),
        )
        known = self._known.get((rule.tenant, rule.id, rule.dimension, member), {})
        return reconcile(
            subject, [*known.values()], as_of, now, lambda day: _segment(rule, sums, day)
        )


def _concerned(rule: AlertRule, series: KpiSeries) -> str | None:
    """The member that a change may say something new of: its own, or the company, whose breaches say where they come from."""
    if (rule.tenant, rule.kpi) != (series.tenant, series.kpi):
        return None
    if rule.dimension == TOTAL and series.dimension in SEGMENTS:
        return ALL
    return series.member if rule.of(series.dimension, series.member) else None


def _segment(rule: AlertRule, sums: CellSums, as_of: int) -> Segment | None:
    if rule.dimension != TOTAL:
        return None
    members = {
        (dimension, member): sums.days(KpiSeries(rule.tenant, rule.kpi, dimension, member))
        for dimension in SEGMENTS
        for member in sums.members(rule.tenant, rule.kpi, dimension)
    }
    return farthest(rule, members, as_of)
