"""What became of each suggestion of the playbook: breaches that were acted on beside those that nobody touched."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from schemas.kpis.catalogue import BY_ID
from schemas.kpis.playbook import Play
from schemas.statistics.change import Interval, rate_difference

PRIOR_CASES = 4.0  # by which a suggestion's hit rate is drawn to that of all
OUTCOMES = """
select
    kpi,
    count() as breaches,
    countIf(accepted is not null) as accepted,
    countIf(ignored is not null) as ignored,
    countIf(done is not null) as done,
    countIf(recovered = 1) as helped,
    countIf(recovered is not null) as judged,
    countIf(actions = 0 and ending = 'recovered' and ended <= addDays(told, {days:UInt16})) as recovered_alone,
    countIf(
        actions = 0
        and (
            (ending = 'recovered' and ended <= addDays(told, {days:UInt16}))
            or (now64(3, 'UTC') >= addDays(told, {days:UInt16}) and (ended is null or ended > addDays(told, {days:UInt16})))
        )
    ) as untouched
from
(
    select * replace (ifNull(actions, 0) as actions)
    from v_breach_actions(tenant = {tenant:String}, days = {days:UInt16})
)
group by kpi
"""


@dataclass(frozen=True, kw_only=True)
class PlayOutcome:
    """One suggestion over all its breaches: who answered how, how many were back on target in time, and how many without anybody."""

    play: Play
    breaches: int
    accepted: int
    ignored: int
    done: int
    helped: int
    judged: int
    recovered_alone: int
    untouched: int
    hit_rate: float

    @property
    def effect(self) -> Interval:
        """The 90 % interval of the share back on target that is due to acting; -1 to 1 where one side has no cases."""
        return rate_difference(self.helped, self.judged, self.recovered_alone, self.untouched)


def read_play_outcomes(client: Any, tenant: str, days: int) -> list[PlayOutcome]:
    """The suggestions of the company, best first by their hit rate within `days`; those of KPIs deleted since are left out."""
    parameters = {"tenant": tenant, "days": days}
    return rank(client.query(OUTCOMES, parameters=parameters).result_rows)


def rank(rows: Iterable[tuple[str, *tuple[int, ...]]]) -> list[PlayOutcome]:
    """Sum the rows (KPI, then the counts of `PlayOutcome`) by play, and order them by a hit rate drawn to that of all."""
    counts: dict[str, tuple[Play, list[int]]] = {}
    for kpi, *numbers in rows:
        play = BY_ID[kpi].play if kpi in BY_ID else None
        if play is not None:
            _, sums = counts.setdefault(play.id, (play, [0] * len(numbers)))
            sums[:] = [total + n for total, n in zip(sums, numbers, strict=True)]
    helped, judged = (sum(sums[place] for _, sums in counts.values()) for place in (4, 5))
    prior = (helped + 1) / (judged + 2)
    outcomes = [
        PlayOutcome(
            play=play,
            **dict(zip(_COUNTS, sums, strict=True)),
            hit_rate=(sums[4] + PRIOR_CASES * prior) / (sums[5] + PRIOR_CASES),
        )
        for play, sums in counts.values()
    ]
    return sorted(outcomes, key=lambda row: (-row.hit_rate, -row.breaches, row.play.id))


_COUNTS = (
    "breaches",
    "accepted",
    "ignored",
    "done",
    "helped",
    "judged",
    "recovered_alone",
    "untouched",
)
