"""Whatever happens to workers and broker, every cell is what the accepted events say, once everything is counted."""

from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.schedule import Outcome, run

SCHEDULES = 15  # a few seconds' worth; `make chaos` runs thousands


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """The first schedules."""
    directory = tmp_path_factory.mktemp("stores")
    return [run(seed, directory) for seed in range(SCHEDULES)]


def test_no_schedule_leaves_a_wrong_cell(outcomes: list[Outcome]) -> None:
    """Crashes, freezes, rebalances, lost stores and compaction at any moment lose nothing and count nothing twice."""
    assert {o.seed: o.violations[:3] for o in outcomes if o.violations} == {}
    assert sum(outcome.cells for outcome in outcomes) > SCHEDULES * 50


def test_every_kind_of_fault_comes(outcomes: list[Outcome]) -> None:
    """The schedules inflict all faults, among them those that only another writer or a missing record brings about."""
    faults = sum((outcome.faults for outcome in outcomes), Counter())

    assert set(faults) == {
        *("kill", "freeze", "stop", "join", "lose the store", "slow broker", "compact"),
        *("cut off", "kill at a write", "freeze at a write", "cut off at a write"),
    }
    assert sum((outcome.crashes for outcome in outcomes), Counter())["RuntimeError"] > 0


def test_a_schedule_is_the_same_every_time(tmp_path: Path) -> None:
    """A seed that fails once fails again."""
    assert run(7, tmp_path) == run(7, tmp_path)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.invariant)
def test_a_worker_without_an_invariant_is_caught(
    mutant: Mutant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some schedule leaves wrong cells, or never ends, as soon as a worker ignores one of the invariants."""
    mutant.plant(monkeypatch)
    seeds = range(mutant.first, mutant.first + mutant.schedules)

    assert any(run(seed, tmp_path).violations for seed in seeds)
