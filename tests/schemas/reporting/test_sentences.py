"""Sentences of the summary: they say a change only where the interval excludes chance."""

from dataclasses import replace

import pytest

from schemas.kpis.definition import Kpi
from schemas.reporting.sentences import WindowComparison, summary

HIRES = Kpi(
    id="x", ja="採用決定数", en="Hires", kind="count", unit="count", explain_ja="", explain_en=""
)
RATE = Kpi(
    id="y", ja="内定承諾率", en="Acceptance rate", kind="ratio", unit="ratio", minimum_n=5, explain_ja="", explain_en="",
)  # fmt: skip


def count(now: int, before: int | None) -> WindowComparison:
    """Hires in both windows."""
    return WindowComparison(kpi=HIRES, value=now, n=now, before=before, n_before=before or 0)


def rate(passes: int, n: int, passes_before: int, n_before: int) -> WindowComparison:
    """A rate in both windows."""
    return WindowComparison(
        kpi=RATE, value=passes / n, n=n, before=passes_before / n_before, n_before=n_before
    )


@pytest.mark.parametrize(
    ("comparisons", "japanese", "english"),
    [
        (
            [count(40, 10)],
            "採用決定数 40、前の期間 10。偶然を超える増加(90%区間 2.2〜7.9倍)。",
            "Hires: 40, against 10 in the window before. A rise beyond chance (90% interval: 2.2 to 7.9 times).",
        ),
        (
            [count(12, 10)],
            "採用決定数 12、前の期間 10。差は偶然の範囲。",
            "Hires: 12, against 10 in the window before. The difference is within chance.",
        ),
        ([count(12, None)], "採用決定数 12。", "Hires: 12."),
        (
            [rate(3, 4, 1, 20)],
            "内定承諾率: データ不足 (n = 4)",
            "Acceptance rate: too few cases (n = 4)",
        ),
    ],
)
def test_the_first_sentence(
    comparisons: list[WindowComparison], japanese: str, english: str
) -> None:
    """It says the number, the one before, and whether chance explains the difference."""
    assert summary(comparisons, "ja", "JPY")[0] == japanese
    assert summary(comparisons, "en", "JPY")[0] == english


def test_only_changes_beyond_chance_are_told() -> None:
    """A rate that fell is told with the interval of its difference; one that may be chance is not."""
    told = summary([count(10, 10), rate(10, 40, 30, 40), rate(20, 40, 21, 40)], "en", "JPY")

    assert told[1] == (
        "Acceptance rate: 25.0% (n = 40), against 75.0% in the window before. "
        "A fall beyond chance (90% interval of the difference: -63.3 pt to -32.2 pt)."
    )
    assert len(told) == 2


def test_nothing_is_claimed_without_a_window_before() -> None:
    """To say that nothing changed would claim a comparison that was not made."""
    alone = [count(10, None), replace(rate(10, 40, 1, 2), before=None)]

    assert summary(alone, "en", "JPY")[1:] == (
        "The window before has no complete data to compare with.",
    )
    assert "No other count or rate" in summary([count(10, 10)], "en", "JPY")[1]


def test_the_cost_of_both_windows_is_said_without_a_verdict() -> None:
    """A sum of money has no chance in it; what is said of counts and rates claims nothing about it."""
    kpi = replace(HIRES, id="cost_total", ja="採用費用", en="Cost", unit="money")
    cost = WindowComparison(kpi=kpi, value=3e6, n=0, before=1e6, n_before=0)

    assert summary([count(10, 10), cost], "en", "JPY")[1:] == (
        "No other count or rate changed by more than chance.",
        "Cost: ¥3,000,000, against ¥1,000,000 in the window before.",
    )
    assert len(summary([count(10, 10), replace(cost, before=None)], "ja", "JPY")) == 2
