"""The comparison is worth its time: a fold that misreads a ruling counts some story differently."""

from functools import cache

import pytest

from schemas.cells import Cells
from tests.independent.comparison import folded, read
from tests.independent.mutants import MUTANTS, Mutant
from tests.independent.stories import Story, story

STORIES = 400  # the rarest misreading shows within a quarter of them
RULINGS = range(1, 13)  # those about counting


@cache
def told(seed: int) -> tuple[Story, Cells]:
    """A story and its cells by the independent reading."""
    return story(seed), read(story(seed))


def first_difference(stories: int) -> int | None:
    """The first seed whose story the fold counts differently, if any."""
    for seed in range(stories):
        telling, cells = told(seed)
        if folded(telling) != cells:
            return seed
    return None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.ruling} {mutant.reading}")
def test_a_misreading_is_noticed(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fold and the independent reading differ as soon as the fold reads one ruling differently."""
    mutant.plant(monkeypatch)

    assert first_difference(STORIES) is not None


def test_every_ruling_is_misread() -> None:
    """Each ruling about counting has a misreading; without any, nothing differs."""
    assert {mutant.ruling for mutant in MUTANTS} == set(RULINGS)
    assert first_difference(STORIES // 4) is None
