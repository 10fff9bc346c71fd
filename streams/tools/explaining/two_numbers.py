"""Why two numbers differ: the amount of each cause, which add up to the difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal

from schemas.cells import DECISION, ENTRY, Cells, Tally
from schemas.errors import Malformed
from schemas.events import packs
from schemas.funnel.rules import TenantRules
from schemas.instants import day_number
from schemas.kpis.catalogue import ENTRY_MEASURES
from schemas.kpis.definition import PLANNABLE, PLANNED
from schemas.kpis.durations import DailyTallies
from streams.reading.kpis import KpiRow, KpiTable
from streams.tools.explaining.quotes import QuotedNumber
from streams.tools.verify.oracle import Oracle

EVENTS = """
select toUnixTimestamp64Milli(recordedtime) as recorded, src_partition, src_offset, src_index, subject, body
from v_events
where tenant = {tenant:String}
order by src_partition, src_offset, src_index
"""
MAX_EXAMPLES = 3

Cause = Literal["recounted", "data", "days", "basis", "member", "recounted_since"]


@dataclass(frozen=True, kw_only=True)
class CauseAmount:
    """What one cause, or several that cannot be told apart, adds on the way from the first number to the second."""

    causes: tuple[Cause, ...]
    amount: float


@dataclass(frozen=True, kw_only=True)
class NumberDifference:
    """Both numbers, the steps between them, and which events arrived between them: how many, and of whom for example."""

    first: QuotedNumber
    second: QuotedNumber
    steps: tuple[CauseAmount, ...]
    arrived: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Stories:
    """Every accepted event of a company: (arrival in ms, partition, offset, index, subject, body), in order of the log."""

    rows: Sequence[tuple[int, int, int, int, str, str]]
    rules: TenantRules

    def cells(self, heard: datetime | None) -> Cells:
        """Fold what had arrived by then, under the rules of today."""
        oracle, until = Oracle(), _milliseconds(heard)
        accepted = (row for row in self.rows if until is None or row[0] <= until)
        for (_, offset), record in groupby(accepted, itemgetter(1, 2)):
            oracle.add(offset, packs.encode([row[5].encode() for row in record]))
        return oracle.cells(self.rules)

    def between(self, one: datetime | None, other: datetime | None) -> list[str]:
        """Return the subject of each event that arrived after one moment and until the other, whichever is earlier."""
        ends = [_milliseconds(one), _milliseconds(other)]
        start = min((end for end in ends if end is not None), default=None)
        end = None if None in ends else max(end for end in ends if end is not None)
        if start is None:
            return []
        return [row[4] for row in self.rows if start < row[0] and (end is None or row[0] <= end)]


def read_stories(client: Any, tenant: str, rules: TenantRules) -> Stories:
    """Read the archive of a company's events."""
    return Stories(client.query(EVENTS, parameters={"tenant": tenant}).result_rows, rules)


def explain_difference(
    first: QuotedNumber, second: QuotedNumber, stories: Stories
) -> NumberDifference:
    """Recompute the first number step by step until it is the second; raise Malformed if they cannot be compared.

    What neither data, days, basis nor member explains is another configuration or definition at the time of a number.
    """
    if (first.tenant, first.kpi.id) != (second.tenant, second.kpi.id):
        what = f"{first.kpi.id} of {first.tenant} and {second.kpi.id} of {second.tenant} are different things"
        raise Malformed("number", what)
    for number in (first, second):
        if number.value is None:
            what = f"{number.source}: {number.kpi.id} has no value, or too few cases to show one"
            raise Malformed("number", what)
    arrived = stories.between(first.heard, second.heard)
    return NumberDifference(
        first=first,
        second=second,
        steps=tuple(_steps(first, second, stories)),
        arrived=len(arrived),
        examples=tuple(dict.fromkeys(arrived))[:MAX_EXAMPLES],
    )


def _steps(first: QuotedNumber, second: QuotedNumber, stories: Stories) -> Iterator[CauseAmount]:
    """Yield the causes that apply; a point without a value has no amount, and its cause joins the next one."""
    before, causes = first.value, list[Cause]()
    for cause, value in _points(first, second, stories):
        causes.append(cause)
        if value is None or before is None:
            continue
        if value != before:
            yield CauseAmount(causes=tuple(causes), amount=value - before)
        before, causes = value, []


def _points(
    first: QuotedNumber, second: QuotedNumber, stories: Stories
) -> Iterator[tuple[Cause, float | None]]:
    cells = stories.cells(first.heard)
    number = first
    yield "recounted", value_in(cells, number)
    if first.heard != second.heard:
        cells = stories.cells(second.heard)
    # Durations of cases in flight grow with the day on which they are read.
    number = replace(number, as_of=min(second.as_of, max(first.last, second.last)))
    yield "data", value_in(cells, number)
    number = replace(number, first=second.first, last=second.last, as_of=second.as_of)
    yield "days", value_in(cells, number)
    number = replace(number, basis=second.basis)
    yield "basis", value_in(cells, number)
    number = replace(number, dimension=second.dimension, member=second.member)
    yield "member", value_in(cells, number)
    yield "recounted_since", second.value


def value_in(cells: Cells, number: QuotedNumber) -> float | None:
    """Compute the number from cells, as readers of the views do."""
    place = (number.tenant, number.dimension, number.member)
    first, last, as_of = map(day_number, (number.first, number.last, number.as_of))
    tally: Tally = {}
    days = DailyTallies()
    for key, measures in cells.items():
        if key[:3] != place or not first <= key.day <= last:
            continue
        if key.basis == ENTRY:
            days.entered[key.day] = measures
        if key.basis == DECISION:
            entered = {name: n for name, n in measures.items() if name in ENTRY_MEASURES}
            days.decided[key.day] = entered
        if key.basis == number.basis:
            ahead = key.basis == DECISION and key.day > as_of
            for name, n in measures.items():
                planned = ahead and name.partition(".")[0] in PLANNABLE
                of = PLANNED + name if planned else name
                tally[of] = tally.get(of, 0) + n
    row = KpiRow(member=number.member, label=number.member, tally=tally, days=days)
    return KpiTable(query=number.query, rows=(row,)).value(number.kpi, row).value


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.astimezone(UTC).timestamp() * 1000)
