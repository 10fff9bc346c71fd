"""A rehearsal of alert rules on history: how often each would have opened, had it been in force.

It is judged by the cells as they are now, day by day, as the watch judges them; late events had not come yet at the time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.alerting.episodes import Episode, ReportedHistory, episodes
from schemas.alerting.messages import number
from schemas.alerting.rules import EVERY, AlertRule
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.planning.periods import day_of
from streams.alerting.cells import PARTS

CELLS = """
select
    member,
    day,
    measure,
    sum(value) as n
from v_cells
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and ({member:String} = '*' or member = {member:String})
    and basis in {bases:Array(String)}
    and day <= {as_of:Date}
    and (measure in {names:Array(String)} or arrayExists(start -> startsWith(measure, start), {starts:Array(String)}))
group by member, day, measure
having n != 0
"""


@dataclass(frozen=True, kw_only=True)
class RehearsedBreach:
    """One breach that would have opened: of which member, when, until when (None: still), at which value and n."""

    member: str
    opened: date
    until: date | None
    value: float | None
    n: int


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What a rule would have done in the `days` days up to `as_of`; `members` had cases at all.

    `since_before` would have opened earlier and would still be open: a watch that takes up the rule tells them at once.
    """

    rule: AlertRule
    days: int
    as_of: date
    members: int
    openings: tuple[RehearsedBreach, ...]
    since_before: int

    @property
    def open_now(self) -> int:
        """How many would still be open."""
        return self.since_before + sum(each.until is None for each in self.openings)

    @property
    def by_week(self) -> tuple[int, ...]:
        """Openings by week, the latest week last and whole."""
        weeks = -(-self.days // 7)
        found = [0] * weeks
        for each in self.openings:
            found[weeks - 1 - (self.as_of - each.opened).days // 7] += 1
        return tuple(found)

    @property
    def sentence(self) -> str:
        """As one says it."""
        n = len(self.openings)
        times = "would not have fired" if not n else f"would have fired {n} time{'s'[: n > 1]}"
        return f"{times} in {self.days} day{'s'[: self.days > 1]}"


def rehearse(
    client: Any, rules: tuple[AlertRule, ...], days: int, today: Callable[[str], date]
) -> Iterator[Rehearsed]:
    """Judge each rule on the last `days` local days of its company; `today` gives the local day of one."""
    for rule in rules:
        as_of = today(rule.tenant)
        members = _members(client, rule, as_of)
        first = as_of - timedelta(days=days - 1)
        openings = [
            _opening(member, each)
            for member, cells in sorted(members.items())
            for each in episodes(rule, cells, ReportedHistory(), day_number(as_of))
        ]
        yield Rehearsed(
            rule=rule,
            days=days,
            as_of=as_of,
            members=len(members),
            openings=tuple(each for each in openings if each.opened >= first),
            since_before=sum(each.until is None and each.opened < first for each in openings),
        )


def _members(client: Any, rule: AlertRule, as_of: date) -> dict[str, dict[int, Tally]]:
    parts = PARTS[rule.kpi]
    asked = {
        "tenant": rule.tenant,
        "dimension": rule.dimension,
        "member": rule.member,
        "bases": ["decision", "entry"] if rule.waits else ["decision"],
        "as_of": as_of,
        "names": [each for each in parts if not each.endswith(".*")],
        "starts": [each[:-1] for each in parts if each.endswith(".*")],
    }
    found: dict[str, dict[int, Tally]] = {}
    for member, day, measure, n in client.query(CELLS, parameters=asked).result_rows:
        found.setdefault(member, {}).setdefault(day_number(day), {})[measure] = int(n)
    return found


def _opening(member: str, episode: Episode) -> RehearsedBreach:
    return RehearsedBreach(
        member=member,
        opened=day_of(episode.opened),
        until=None if episode.until is None else day_of(episode.until),
        value=episode.last.value,
        n=episode.last.n,
    )


def watched(rule: AlertRule) -> str:
    """What the rule says, in short."""
    whose = rule.dimension if rule.member == EVERY else f"{rule.dimension} {rule.member}"
    if rule.waits:
        return f"{rule.kpi} of {whose}: at most {rule.allowed} wait longer than {rule.limit} d"
    sign = "≥" if rule.direction == "at_least" else "≤"
    target = number(rule.target, rule.definition.unit)
    return f"{rule.kpi} of {whose} {sign} {target} in {rule.window_days} d"
