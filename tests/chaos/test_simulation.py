"""Thousands of seeded schedules of faults in virtual time; `make chaos SCHEDULES=10000` runs more of them."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.simulation.mutants import RARE_MUTANT
from tests.simulation.schedule import run, run_many

SCHEDULES = int(os.environ.get("SCHEDULES", "2000"))


@pytest.mark.timeout(3600)
def test_no_schedule_leaves_a_wrong_cell(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every cell of every schedule is what the accepted events say."""
    outcomes = run_many(range(SCHEDULES), tmp_path)
    faults = sum((outcome.faults for outcome in outcomes), Counter())
    crashes = sum((outcome.crashes for outcome in outcomes), Counter())
    violations = {o.seed: o.violations[:3] for o in outcomes if o.violations}
    record_property(
        "seen",
        f"{SCHEDULES} schedules, {sum(o.virtual_s for o in outcomes) / 3600:.0f} virtual hours, "
        f"{faults.total()} faults, {crashes.total()} workers ended themselves, {len(violations)} violations",
    )

    assert violations == {}


@pytest.mark.timeout(3600)
def test_the_rarest_mutant_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among so many schedules is one that needs even this invariant."""
    RARE_MUTANT.plant(monkeypatch)

    assert any(run(seed, tmp_path).violations for seed in range(RARE_MUTANT.schedules))
