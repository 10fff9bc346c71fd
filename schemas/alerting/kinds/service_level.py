"""Service levels: cases must not wait longer than a number of days.

A case that began on day d and ended at age a is open on the days t with d ≤ t < d + a. With at most `limit` days allowed, it is
overdue from day d + limit + 1 on; no timer is needed, because the day alone decides.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from schemas.alerting.breach import Breach, Cause, Segment, Terms
from schemas.alerting.chart import Week
from schemas.alerting.episodes import (
    Fold,
    Judgement,
    Judging,
    ReportedHistory,
    fold_judgements,
)
from schemas.alerting.messages import member_label, resolution_prefix
from schemas.alerting.rule import AlertRule
from schemas.cells import ENTRY, Basis, Tally
from schemas.instants import day_number
from schemas.kpis.catalogue import BY_ID, definition_of
from schemas.kpis.definition import Kpi, Overdue, Unit
from schemas.planning.targets import direction_problem, parse_number
from schemas.text.languages import translate
from schemas.text.units import format_number

# Words for a breach of a KPI that was deleted since.
OVERDUE = Overdue("待ち時間が {days} 日を超えるもの", "case", "cases", "waiting")


class ServiceLevelRule(AlertRule):
    """At most `allowed` cases may wait longer than `at_most` local days.

    It covers all waiting cases, whenever they began, so it has no window.
    """

    kind: Literal["service_level"] = "service_level"
    at_least: float | str | None = None
    at_most: float | str
    allowed: Annotated[int, Field(ge=0)] = 0

    alert_name: ClassVar[str] = "HirelayOverdue"
    basis: ClassVar[Basis] = ENTRY
    default_cool_down: ClassVar[int] = 1

    @classmethod
    def kpi_problem(cls, kpi: Kpi) -> str:
        """Only waiting times count their cases on the day on which they began."""
        return "" if kpi.kind == "waiting" else "it is not a waiting time"

    @field_validator("at_least")
    @classmethod
    def refuse_lower_limit(cls, value: Any, info: ValidationInfo) -> None:
        """Refuse a lower limit: nobody has to wait."""
        if value is not None and "kpi" in info.data:
            raise ValueError(direction_problem(BY_ID[info.data["kpi"]], "at_least"))

    @classmethod
    def misplaced_key_problem(cls, key: str, kpi: object) -> str:
        """The keys of other kinds are about windows."""
        return f"{kpi} counts all waiting cases; leave out `{key}`"

    def inconsistency(self) -> str:
        """What to correct in the number of days."""
        try:
            days = parse_number(self.at_most, self.definition)
        except ValueError as problem:
            return str(problem)
        return (
            "" if days == int(days) else f"{days:g} days: a service level counts whole local days"
        )

    @property
    def max_wait_days(self) -> int:
        """The local days that a case may wait."""
        return int(parse_number(self.at_most, self.definition))

    @property
    def terms(self) -> Terms:
        """The number of cases that may wait longer than the limit."""
        return Terms(direction="at_most", target=self.allowed, limit_days=self.max_wait_days)

    def fold(self, days: Mapping[int, Tally], history: ReportedHistory, as_of: int) -> Fold:
        """Judge the cases that are waiting at the end of each day."""
        return fold_judgements(self.judge_days(days, as_of), history, self.cool_down)

    def judge_days(self, days: Mapping[int, Tally], as_of: int) -> Judging:
        """Every day from the first cell to `as_of`: the value is the number of overdue cases, n the number of waiting cases."""
        for day, count in overdue_by_day(self.definition, self.max_wait_days, days, as_of):
            off_target = count.overdue > self.allowed
            yield (
                day,
                Judgement(
                    value=float(count.overdue),
                    n=count.open,
                    off_target=off_target,
                    keeps_open=off_target,
                    oldest=count.oldest,
                ),
            )

    def find_cause(
        self, members: Mapping[tuple[str, str], Mapping[int, Tally]], as_of: int
    ) -> Cause:
        """The member with the most overdue cases."""
        segments: list[Segment] = []
        for (dimension, member), days in sorted(members.items()):
            last = self.fold(days, ReportedHistory(), as_of).last
            if last is not None and (overdue := last.value):
                segments.append(
                    Segment(
                        dimension=dimension,
                        member=member,
                        value=overdue,
                        n=last.n,
                        missing=overdue,
                    )
                )
        worst = max(segments, key=lambda segment: (segment.missing, -segment.n), default=None)
        return Cause(segment=worst, searched=len(members))

    @classmethod
    def summary(cls, breach: Breach) -> str:
        """How many cases are overdue, of which member, and the age of the oldest."""
        write = translate((_summary_ja, _summary_en), breach.language)
        return resolution_prefix(breach) + write(breach)

    @classmethod
    def evidence_sentences(cls, breach: Breach) -> list[str]:
        """How many cases are waiting."""
        n = breach.evidence.n
        ja = f"いま待っているのは全部で {n} 件。"
        en = f"{n} {'case is' if n == 1 else 'cases are'} waiting in total."
        return [translate((ja, en), breach.language)]

    @classmethod
    def ends_when(cls, breach: Breach) -> str:
        """The day on which few enough cases are overdue."""
        days, allowed = breach.limit_days, int(breach.target)
        ja = f"{days} 日を超えて待つものが {allowed} 件以下になるまで続きます。日付が変わるたびに判定し直します。"
        en = f"It stays open until at most {allowed} wait longer than {days} days, judged again each day."
        return translate((ja, en), breach.language)

    @classmethod
    def segment_value(cls, segment: Segment, language: str) -> str:
        """A number of cases."""
        return format_number(segment.value, "count", language) + translate((" 件", ""), language)

    @classmethod
    def chart_heading(cls, breach: Breach, language: str) -> str:
        """The number of days after which a case is overdue."""
        days = breach.limit_days
        ja = f"推移(各日に {days} 日を超えて待っていた件数、┊ が上限)"
        en = f"Weeks (cases waiting for more than {days} days; ┊ is the limit)"
        return translate((ja, en), language)

    @classmethod
    def chart_unit(cls, breach: Breach) -> Unit:
        """Cases, not days."""
        return "count"

    @classmethod
    def chart_start(cls, breach: Breach, first_end: date) -> date:
        """Every day on which a waiting case can have begun."""
        return date(2000, 1, 1)

    @classmethod
    def chart_weeks(
        cls, breach: Breach, days: Mapping[int, Tally], week_ends: Sequence[date]
    ) -> list[Week]:
        """How many cases were overdue at the end of each week, and how many were waiting."""
        counts = dict(
            overdue_by_day(
                BY_ID[breach.kpi], breach.limit_days or 0, days, day_number(breach.judged)
            )
        )
        return [
            Week(last, float(count.overdue), count.open)
            for last in week_ends
            if (count := counts.get(day_number(last))) is not None
        ]

    def describe(self) -> str:
        """How many cases may wait longer than how many days."""
        return f"{self.scope}: at most {self.allowed} wait longer than {self.max_wait_days} d"

    def noise_advice(self) -> str:
        """The two numbers that allow more."""
        return "raise `at_most` or `allowed`"


def _summary_ja(breach: Breach) -> str:
    words, oldest = definition_of(breach.kpi).overdue or OVERDUE, breach.evidence.oldest
    cases = words.ja.format(days=breach.limit_days)
    longest = f"、最長 {oldest} 日" if oldest is not None else ""
    n, allowed = int(breach.evidence.value or 0), int(breach.target)
    return f"{member_label(breach)}で{cases}が {n} 件です(上限 {allowed} 件{longest})"


def _summary_en(breach: Breach) -> str:
    words, oldest = definition_of(breach.kpi).overdue or OVERDUE, breach.evidence.oldest
    longest = f"; longest: {oldest} d" if oldest is not None else ""
    n, allowed = int(breach.evidence.value or 0), int(breach.target)
    case = words.singular if n == 1 else words.plural
    return f"{n} {case} of {member_label(breach)} {words.condition} for more than {breach.limit_days} d (allowed: {allowed}{longest})"


@dataclass(frozen=True)
class OverdueCount:
    """The cases waiting at the end of a day: how many are overdue, how many are open, and the longest wait in days."""

    overdue: int
    open: int
    oldest: int | None


def overdue_by_day(
    kpi: Kpi, limit: int, days: Mapping[int, Tally], as_of: int
) -> Iterator[tuple[int, OverdueCount]]:
    """The waiting cases at the end of every day from the first cell to `as_of`, with `limit` days allowed."""
    started, ended = _starts_and_ends(kpi, days)
    if not days:
        return
    first = min(days)
    overdue_changes: Counter[int] = Counter()  # changes of the overdue count, by day
    ended_on: dict[int, Counter[int]] = {}  # by ending day: cases per starting day
    for day, n in started.items():
        overdue_changes[day + limit + 1] += n
    for (day, age), n in ended.items():
        overdue_changes[max(day + limit + 1, day + age)] -= n
        ended_on.setdefault(day + age, Counter())[day] += n
    open_by_start: Counter[int] = Counter()
    overdue = total = 0
    oldest = first
    for today in range(first, as_of + 1):
        open_by_start[today] += started.get(today, 0)
        total += started.get(today, 0)
        overdue += overdue_changes[today]
        for day, n in ended_on.get(today, {}).items():
            open_by_start[day] -= n
            total -= n
        while oldest <= today and open_by_start[oldest] <= 0:
            oldest += 1
        longest = max(today - oldest, 0) if total > 0 else None
        yield today, OverdueCount(max(overdue, 0), max(total, 0), longest)


def _starts_and_ends(
    kpi: Kpi, days: Mapping[int, Tally]
) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Cases by starting day, and ended cases by starting day and age, with any outcome."""
    prefix = f"days.{kpi.of}."
    started: dict[int, int] = {}
    ended: dict[tuple[int, int], int] = {}
    for day, tally in days.items():
        for measure, n in tally.items():
            if measure == kpi.entered:
                started[day] = n
            elif measure.startswith(prefix):
                start_and_age = (day, int(measure.rpartition(".")[2]))
                ended[start_and_age] = ended.get(start_and_age, 0) + n
    return started, ended
