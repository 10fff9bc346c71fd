"""Why a rate, and with it the number of hires, differs between two periods, from the cells in ClickHouse."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.cells import CHANNEL, JOB, RECRUITER
from schemas.errors import Malformed
from schemas.kpis.definition import Kpi, KpiValue, evaluate
from schemas.statistics.lmdi import FunnelPeriod, HiresDecomposition, decompose_hires
from schemas.statistics.rate_decomposition import (
    RateDecomposition,
    SegmentCounts,
    decompose_rate,
)

EXPLAINED_DIMENSIONS = (CHANNEL, JOB, RECRUITER)
SUMS = """
select dimension, member, measure, toInt64(sum(value)) as n
from v_cells
where tenant = {tenant:String}
    and dimension in ('total', 'channel', 'job', 'recruiter')
    and basis = 'decision'
    and day between {first:Date} and {last:Date}
group by dimension, member, measure
"""
STAGES = """
select milestone, passed, n
from v_funnel(
    tenant = {tenant:String}, dimension = 'total', basis = 'decision', first = {first:Date}, last = {last:Date}
)
where not side_step and milestone not in ('unmapped', 'hired') and n > 0
order by position
"""
GAINS = """
select milestone, rate, better_rate, more_hires
from v_what_if(tenant = {tenant:String}, first = {first:Date}, last = {last:Date})
where more_hires >= 0.05
order by more_hires desc, position
limit 3
"""
Tallies = Mapping[tuple[str, str], Mapping[str, int]]  # by dimension and member


@dataclass(frozen=True)
class DayRange:
    """Local days, both included."""

    first: date
    last: date

    @property
    def before(self) -> "DayRange":
        """The days of the same number just before."""
        return self.shifted_to(self.first - (self.last - self.first) - timedelta(days=1))

    def shifted_to(self, first: date) -> "DayRange":
        """As many days from another first day on."""
        return DayRange(first, first + (self.last - self.first))


@dataclass(frozen=True, kw_only=True)
class StageGain:
    """A stage, and the hires that it would add if it passed as in the best quarter of the channels, shrunk to their mean."""

    milestone: str
    rate: float
    better: float
    more_hires: float


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A KPI before and after, its split by dimension (none if it is no rate of cases), the bridge of hires, and the stages that would add the most hires."""

    kpi: Kpi
    before: KpiValue
    after: KpiValue
    splits: Mapping[str, RateDecomposition]
    sizes: Mapping[str, Mapping[str, tuple[int, int]]]
    bridge: HiresDecomposition
    gains: tuple[StageGain, ...]


def explain_change(
    client: Any, tenant: str, kpi: Kpi, after: DayRange, before: DayRange
) -> Explanation:
    """Compare the days of `after` with those of `before`; raise Malformed for a KPI that is no sum over days."""
    if not kpi.additive:
        raise Malformed("kpi", f"{kpi.id} is no sum over days, so its change cannot be split")
    old, new = (read_tallies(client, tenant, days) for days in (before, after))
    counts = {
        dimension: tuple(_segment_counts(kpi, dimension, tallies) for tallies in (old, new))
        for dimension in (EXPLAINED_DIMENSIONS if kpi.is_share else ())
    }
    splits = {
        dimension: split
        for dimension, (earlier, later) in counts.items()
        if (split := decompose_rate(earlier, later)) is not None
    }
    return Explanation(
        kpi=kpi,
        before=evaluate(kpi, old.get(("total", "all"), {})),
        after=evaluate(kpi, new.get(("total", "all"), {})),
        splits=splits,
        sizes={name: _sizes(*counts[name]) for name in splits},
        bridge=decompose_hires(
            *(
                read_funnel(client, tenant, days, tallies)
                for days, tallies in ((before, old), (after, new))
            )
        ),
        gains=read_gains(client, tenant, after),
    )


def read_tallies(client: Any, tenant: str, days: DayRange) -> Tallies:
    """Return the sums of every measure on these days, by dimension and member."""
    parameters = {"tenant": tenant, "first": days.first, "last": days.last}
    tallies: dict[tuple[str, str], dict[str, int]] = {}
    for dimension, member, measure, n in client.query(SUMS, parameters=parameters).result_rows:
        tallies.setdefault((dimension, member), {})[measure] = n
    return tallies


def _segment_counts(kpi: Kpi, dimension: str, tallies: Tallies) -> dict[str, SegmentCounts]:
    measured = {
        member: evaluate(kpi, tally)
        for (name, member), tally in sorted(tallies.items())
        if name == dimension
    }
    return {
        member: SegmentCounts(round((row.value or 0) * row.n), row.n)
        for member, row in measured.items()
        if row.n > 0
    }


def _sizes(
    earlier: Mapping[str, SegmentCounts], later: Mapping[str, SegmentCounts]
) -> dict[str, tuple[int, int]]:
    """The cases of each segment before and after."""
    nobody = SegmentCounts(0, 0)
    return {
        member: (earlier.get(member, nobody).n, later.get(member, nobody).n)
        for member in {**earlier, **later}
    }


def read_funnel(client: Any, tenant: str, days: DayRange, tallies: Tallies) -> FunnelPeriod:
    """Return applications, and the pass rate of each stage of the main line, by the days on which it happened."""
    parameters = {"tenant": tenant, "first": days.first, "last": days.last}
    rows = client.query(STAGES, parameters=parameters).result_rows
    volume = tallies.get(("total", "all"), {}).get("applications", 0)
    return FunnelPeriod(float(volume), {milestone: passed / n for milestone, passed, n in rows})


def read_gains(client: Any, tenant: str, days: DayRange) -> tuple[StageGain, ...]:
    """Return the stages that would add the most hires among those who applied on these days, most first."""
    parameters = {"tenant": tenant, "first": days.first, "last": days.last}
    rows = client.query(GAINS, parameters=parameters).result_rows
    return tuple(
        StageGain(milestone=milestone, rate=rate, better=better, more_hires=more)
        for milestone, rate, better, more in rows
    )
