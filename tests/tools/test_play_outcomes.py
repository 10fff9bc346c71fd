"""What became of suggestions is measured against breaches that nobody touched, and orders the playbook."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from schemas.kpis.catalogue import BY_ID
from streams.reading.play_outcomes import PlayOutcome, rank, read_play_outcomes
from streams.tools.explaining.play_text import play_lines
from tests.archive.test_actions import NOW, archive, breach_of, create_action

DAY = timedelta(days=1)
TENANT = "suggested"


def outcome(helped: int, judged: int, alone: int, untouched: int) -> PlayOutcome:
    """The outcome of the suggestion for a low screening pass rate."""
    (only,) = rank([("screen_pass_rate", 50, 0, 0, judged, helped, judged, alone, untouched)])
    return only


@pytest.mark.parametrize("gain", [0.0, 0.05])
def test_intervals_cover_the_true_effect(gain: float) -> None:
    """Of suggestions without any effect at least 85 % of the 90 % intervals cover 0; of one that helps 5 points, +5."""
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(400):
        n, m = int(rng.integers(8, 60)), int(rng.integers(8, 60))
        row = outcome(int(rng.binomial(n, 0.4 + gain)), n, int(rng.binomial(m, 0.4)), m)
        covered += not row.effect.excludes(gain)

    assert covered / 400 >= 0.85


def test_suggestions_that_helped_come_first() -> None:
    """Two of two is no better proof than nine of ten, and what was never judged stands between."""
    rows = [
        ("screen_pass_rate", 12, 0, 0, 10, 1, 10, 0, 0),
        ("response_hours", 12, 0, 0, 10, 9, 10, 0, 0),
        ("applications", 3, 0, 0, 2, 2, 2, 0, 0),
        ("offer_accept_rate", 3, 0, 3, 0, 0, 0, 0, 0),
        ("deleted_kpi", 9, 0, 0, 9, 9, 9, 0, 0),
    ]
    plays = [row.play for row in rank(rows)]

    assert plays == [
        BY_ID[kpi].play
        for kpi in ("response_hours", "applications", "offer_accept_rate", "screen_pass_rate")
    ]


def test_what_was_done_is_compared_with_what_was_not(client: Any) -> None:
    """One breach recovered a week after it was acted on; another did not, and nobody touched it."""
    acted = breach_of(
        TENANT,
        id="a" * 16,
        told=NOW - 60 * DAY,
        state="resolved",
        ending="recovered",
        ended=NOW - 50 * DAY,
    )
    left = breach_of(TENANT, id="b" * 16, told=NOW - 60 * DAY)
    archive(client, acted, create_action(acted, "done", NOW - 57 * DAY))
    archive(client, left)
    (row,) = read_play_outcomes(client, TENANT, 28)
    lines = [*play_lines([row], 28, "en")]

    assert (row.breaches, row.done, row.helped, row.judged) == (2, 1, 1, 1)
    assert (row.recovered_alone, row.untouched) == (0, 1)
    assert "back on target within 28 days 1 of 1" in lines[2]
    assert "without any action 0 of 1" in lines[2]
    assert [*play_lines([], 28, "ja")] == ["まだアラートがありません。"]
