"""The KPI catalogue: every number we show is one row, a fraction of sums of measures, never a stored ratio.

Terms follow ISO 30414:2025 and the decision and cohort bases of the project's definitions: rates are passes ÷ (passes +
fails) decided on a day (decision basis) or among the applications of a day (cohort basis); withdrawals are apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Unit = Literal["count", "ratio", "days"]


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One definition. `numerator` and `denominator` name measures; a name that ends in `.*` sums all that start so.

    A KPI in `days` is the median of the integer-day histogram that `numerator` names. `minimum_n` is the smallest
    denominator that is shown without the mark for thin data. A `quiet` KPI is shown to people only where it is not zero.
    """

    id: str
    ja: str
    en: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    unit: Unit
    higher_is_better: bool | None = None
    minimum_n: int = 1
    quiet: bool = False
    explanation: str


@dataclass(frozen=True)
class Measured:
    """A value and its sample size; None where there is no denominator, never 0."""

    value: float | None
    n: int


INTERVIEWS = ("interview_1", "interview_2", "interview_n", "final_interview")

KPIS = (
    Kpi(
        id="applications",
        ja="応募数",
        en="Applications",
        numerator=("applications",),
        unit="count",
        higher_is_better=True,
        explanation="Applications by the day the candidate applied, never the day we heard of it.",
    ),
    Kpi(
        id="screen_pass_rate",
        ja="書類通過率",
        en="Screening pass rate",
        numerator=("passed.screening",),
        denominator=("passed.screening", "failed.screening"),
        unit="ratio",
        higher_is_better=True,
        minimum_n=10,
        explanation="Passed ÷ (passed + rejected) at document screening; withdrawals are in neither.",
    ),
    Kpi(
        id="interview_pass_rate",
        ja="面接通過率",
        en="Interview pass rate",
        numerator=tuple(f"passed.{stage}" for stage in INTERVIEWS),
        denominator=tuple(f"{way}.{stage}" for way in ("passed", "failed") for stage in INTERVIEWS),
        unit="ratio",
        higher_is_better=True,
        minimum_n=10,
        explanation="Passed ÷ (passed + rejected) over all interview stages.",
    ),
    Kpi(
        id="stage_pass_rate",
        ja="選考通過率",
        en="Pass rate, all stages",
        numerator=("passed.*",),
        denominator=("passed.*", "failed.*"),
        unit="ratio",
        minimum_n=10,
        explanation="Passed ÷ (passed + rejected) over all stages; of an interviewer, the stages he interviewed in.",
    ),
    Kpi(
        id="interviews_held",
        ja="面接実施数",
        en="Interviews held",
        numerator=("interviews_held",),
        unit="count",
        explanation="Interviews that took place.",
    ),
    Kpi(
        id="feedback_positive_rate",
        ja="面接評価 合格率",
        en="Positive feedback",
        numerator=("feedback.yes", "feedback.strong_yes"),
        denominator=("feedback.yes", "feedback.strong_yes", "feedback.no", "feedback.strong_no"),
        unit="ratio",
        minimum_n=10,
        explanation="Positive ÷ (positive + negative) scorecards; undecided ones are in neither.",
    ),
    Kpi(
        id="withdraw_rate",
        ja="選考辞退率",
        en="Withdrawal rate",
        numerator=("withdrew.*",),
        denominator=("passed.*", "failed.*", "withdrew.*"),
        unit="ratio",
        higher_is_better=False,
        minimum_n=10,
        explanation="Withdrawn by the candidate ÷ resolved stage visits.",
    ),
    Kpi(
        id="offers_made",
        ja="内定数",
        en="Offers made",
        numerator=("offers_made",),
        unit="count",
        higher_is_better=True,
        explanation="Offers sent or answered, one per offer; superseded and deleted ones were never made.",
    ),
    Kpi(
        id="offer_accept_rate",
        ja="内定承諾率",
        en="Offer acceptance rate",
        numerator=("offers_accepted",),
        denominator=("offers_accepted", "offers_declined", "offers_expired"),
        unit="ratio",
        higher_is_better=True,
        minimum_n=10,
        explanation="Accepted ÷ (accepted + declined + expired); pending offers are in neither.",
    ),
    Kpi(
        id="hires",
        ja="採用決定数",
        en="Hires",
        numerator=("hired",),
        unit="count",
        higher_is_better=True,
        explanation="Applications that ended in a hire; an undone hire is taken back.",
    ),
    Kpi(
        id="time_to_hire_days",
        ja="採用リードタイム",
        en="Time to hire",
        numerator=("hire_days.*",),
        unit="days",
        higher_is_better=False,
        minimum_n=5,
        explanation="Median of local days from application to hire decision, over the hires.",
    ),
    Kpi(
        id="unmapped_stage_entries",
        ja="未設定の選考段階",
        en="Entries into unmapped stages",
        numerator=("entered.unmapped",),
        unit="count",
        higher_is_better=False,
        quiet=True,
        explanation="Stages that nobody said the meaning of; they decide nothing. See `hirelay mapping suggest`.",
    ),
    Kpi(
        id="unmapped_reasons",
        ja="未設定の終了理由",
        en="Endings for unmapped reasons",
        numerator=("unmapped_reasons",),
        unit="count",
        higher_is_better=False,
        quiet=True,
        explanation="Endings of which nobody said who ended it; counted as the system calls them. See `hirelay mapping suggest`.",
    ),
)


def total(tally: Mapping[str, int], names: tuple[str, ...]) -> int:
    """The sum of the named measures; `x.*` sums every measure that starts with `x.`."""
    summed = 0
    for name in names:
        if name.endswith(".*"):
            summed += sum(n for measure, n in tally.items() if measure.startswith(name[:-1]))
        else:
            summed += tally.get(name, 0)
    return summed


def measure(kpi: Kpi, tally: Mapping[str, int]) -> Measured:
    """The KPI of one tally. A count is its own sample size."""
    if kpi.unit == "days":
        return _median(tally, kpi.numerator[0][:-1])
    above = total(tally, kpi.numerator)
    if not kpi.denominator:
        return Measured(above, above)
    below = total(tally, kpi.denominator)
    return Measured(above / below if below else None, below)


def _median(tally: Mapping[str, int], prefix: str) -> Measured:
    """The lower-middle and upper-middle mean of an integer histogram."""
    bars = sorted(
        (int(name.removeprefix(prefix)), n)
        for name, n in tally.items()
        if name.startswith(prefix) and n > 0
    )
    count = sum(n for _, n in bars)
    if not count:
        return Measured(None, 0)
    values = [value for value, n in bars for _ in range(n)]
    return Measured((values[(count - 1) // 2] + values[count // 2]) / 2, count)
