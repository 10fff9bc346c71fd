"""A change of a KPI is split exactly, and hires are bridged factor by factor."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from schemas.cells import ALL, CHANNEL, DECISION, TOTAL, CellKey, Cells
from schemas.errors import Malformed
from schemas.kpis.catalogue import BY_ID
from streams.reading.change import DayRange, Explanation, StageGain, explain_change
from streams.tools.explaining.text import explanation_lines
from tests.sinks.test_views import day, write

BEFORE, AFTER = date(2026, 4, 1), date(2026, 5, 1)
TENANT = "explained"
# Passed and failed screenings of two channels, before and after: only the mix moves.
COUNTS = {
    "high": ((80, 20), (16, 4)),
    "low": ((20, 80), (36, 144)),
}


@pytest.fixture(scope="module")
def explanation(client: Any) -> Explanation:
    """The screening pass rate of May beside April's."""
    cells: Cells = {}
    for at, first in enumerate((BEFORE, AFTER)):
        total = {"passed.screening": 0, "failed.screening": 0, "applications": 200}
        for channel, rows in COUNTS.items():
            tally = dict(zip(("passed.screening", "failed.screening"), rows[at], strict=True))
            cells[CellKey("x", CHANNEL, channel, day(first), DECISION)] = tally
            total = {name: n + tally.get(name, 0) for name, n in total.items()}
        cells[CellKey("x", TOTAL, ALL, day(first), DECISION)] = total
    write(client, TENANT, cells)
    days = DayRange(AFTER, date(2026, 5, 30))
    return explain_change(client, TENANT, BY_ID["screen_pass_rate"], days, days.before)


def test_a_shift_of_the_mix_is_mix(explanation: Explanation) -> None:
    """Neither channel's rate moved, so the whole fall is mix, and the parts add up to it."""
    split = explanation.splits[CHANNEL]

    assert (explanation.before.value, explanation.after.value) == (0.5, 0.26)
    assert split.rate == pytest.approx(0) and split.mix == pytest.approx(-0.24)
    assert explanation.sizes[CHANNEL] == {"high": (100, 20), "low": (100, 180)}


def test_hires_are_bridged_without_a_remainder(explanation: Explanation) -> None:
    """As many applications and a lower pass rate: the screening explains all of the change."""
    bridge = explanation.bridge

    assert (bridge.before, bridge.after) == (100, pytest.approx(52))
    assert bridge.contributions == {
        "volume": pytest.approx(0),
        "screening": pytest.approx(bridge.after - bridge.before),
    }


def test_it_is_said_in_both_languages(explanation: Explanation) -> None:
    """The texts state both values with n, rates and mix, and the bridge."""
    english, japanese = ([*explanation_lines(explanation, language)] for language in ("en", "ja"))

    assert english[0] == "Screening pass rate: 50.0% → 26.0% (n = 200 → 200)"
    assert english[1] == "By channel: rates +0.0 points, mix -24.0 points"
    assert english[-2:] == [
        "Expected hires (applications × pass rates): 100.0 → 52.0 (-48.0)",
        "  Screening: -48.0",
    ]
    assert japanese[1] == "媒体別: 率の変化 +0.0 ポイント、構成の変化 -24.0 ポイント"
    assert japanese[-1] == "  書類選考: -48.0"


def test_the_stages_that_would_add_most_come_last(explanation: Explanation) -> None:
    """A stage that would pass as in the best channels states both rates and the hires it would add."""
    gain = StageGain(milestone="screening", rate=0.26, better=0.31, more_hires=1.94)
    english, japanese = (
        [*explanation_lines(replace(explanation, gains=(gain,)), language)]
        for language in ("en", "ja")
    )

    assert explanation.gains == ()  # nobody of these days was hired
    assert english[-1].startswith(
        "If Screening passed as in the best quarter of channels (26.0% → 31.0%)"
    )
    assert english[-1].endswith(": +1.9 hires")
    assert "採用 +1.9" in japanese[-1]


def test_a_duration_cannot_be_split(client: Any) -> None:
    """A KPI that is no sum over days is refused."""
    days = DayRange(AFTER, AFTER)
    with pytest.raises(Malformed, match="no sum over days"):
        explain_change(client, TENANT, BY_ID["time_in_screening_days"], days, days.before)
