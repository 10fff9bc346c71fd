"""The weekly digest: which series miss their target or changed in the last days, with a bound on the false share of the list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.alerting.rule import AlertRule
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.kpis.definition import evaluate
from schemas.kpis.durations import sum_tallies
from schemas.statistics.false_discoveries import discoveries
from schemas.tenants.business_hours import IsHoliday, no_holiday
from streams.reading.rule_cells import query_members


@dataclass(frozen=True, kw_only=True)
class DigestRow:
    """A series that is listed: its value and n in the days of the digest, and the evidence (an e-value)."""

    rule: AlertRule
    member: str
    value: float | None
    n: int
    evidence: float


@dataclass(frozen=True, kw_only=True)
class Digest:
    """The series listed of all `series` that were tested; on average at most `rate` of the list is false."""

    first: date
    last: date
    rate: float
    series: int
    rows: tuple[DigestRow, ...]


def read_digest(
    client: Any,
    rules: Sequence[AlertRule],
    days: tuple[date, int],
    holidays: Mapping[str, IsHoliday],
    rate: float,
) -> Digest:
    """Test every member of every rule on the number of days up to a local day; raises what the client raises."""
    last, length = days
    first = last - timedelta(days=length - 1)
    tested = {
        (index, member): (evidence, cells)
        for index, rule in enumerate(rules)
        for member, evidence, cells in _tested(
            client, rule, (first, last), holidays.get(rule.tenant, no_holiday)
        )
    }
    listed = discoveries({key: evidence for key, (evidence, _) in tested.items()}, rate)
    return Digest(
        first=first,
        last=last,
        rate=rate,
        series=len(tested),
        rows=tuple(
            _row(rules[index], member, *tested[index, member], (first, last))
            for index, member in listed
        ),
    )


def _tested(
    client: Any, rule: AlertRule, span: tuple[date, date], is_holiday: IsHoliday
) -> Iterator[tuple[str, float, Mapping[int, Tally]]]:
    members = query_members(client, rule, span[1])
    first, last = (day_number(day) for day in span)
    for member, evidence in rule.window_e_values(members, first, last, is_holiday).items():
        yield member, evidence, members[member]


def _row(
    rule: AlertRule,
    member: str,
    evidence: float,
    cells: Mapping[int, Tally],
    span: tuple[date, date],
) -> DigestRow:
    first, last = (day_number(day) for day in span)
    sums = sum_tallies(cells.get(day, {}) for day in range(first, last + 1))
    measured = evaluate(rule.definition, sums)
    return DigestRow(
        rule=rule, member=member, value=measured.value, n=measured.n, evidence=evidence
    )
