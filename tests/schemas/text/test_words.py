"""Every key of the domain has words in both languages."""

from collections.abc import Iterable
from typing import get_args

import pytest

from schemas.alerting.actions import Action
from schemas.alerting.breach import PERSON_DIMENSIONS, Ending
from schemas.alerting.rule import Severity
from schemas.cells import BASES, DIMENSIONS
from schemas.kpis.catalogue import BY_ID, KPIS
from schemas.planning.actuals import State
from schemas.planning.targets import Direction
from schemas.tenants.milestones import MILESTONES, UNMAPPED
from schemas.text import words
from schemas.text.languages import bilingual, other_language, sentence_case, translate
from streams.boards.specs.catalogue import BOARDS

COST_KINDS = {name.split(".")[1] for name in BY_ID["cost_external"].numerator}


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        pytest.param(words.DIMENSIONS, DIMENSIONS, id="dimensions"),
        pytest.param(words.DIMENSIONS, PERSON_DIMENSIONS, id="persons"),
        pytest.param(words.UNITS, {kpi.unit for kpi in KPIS}, id="units"),
        pytest.param(words.BASES, {*BASES, "now"}, id="bases"),
        pytest.param(words.MILESTONES, {*MILESTONES, UNMAPPED}, id="milestones"),
        pytest.param(words.COST_KINDS, COST_KINDS, id="cost kinds"),
        pytest.param(words.SEVERITIES, get_args(Severity), id="severities"),
        pytest.param(words.BREACH_STATES, {"open", *get_args(Ending)}, id="states of breaches"),
        pytest.param(words.ACTIONS, get_args(Action), id="actions"),
        pytest.param(words.PLAN_STATES, get_args(State), id="states of targets"),
        pytest.param(words.DIRECTIONS, get_args(Direction), id="directions"),
    ],
)
def test_every_key_has_words(table: words.Table, keys: Iterable[str]) -> None:
    """Every value that people can meet is named in both languages."""
    assert {*keys} <= table.keys()
    assert all(len(pair) == 2 and all(pair) for pair in table.values())


def test_every_basis_of_a_panel_has_words() -> None:
    """The basis of every panel and KPI is named."""
    bases = {panel.basis for board in BOARDS for panel in board.panels}

    assert bases | {basis for kpi in KPIS for basis in kpi.bases} <= words.BASES.keys()


def test_a_text_is_chosen_by_language() -> None:
    """A pair gives the text of each language, both together, and the language to switch to."""
    pair = words.DIMENSIONS["hiring_manager"]

    assert (translate(pair, "ja"), translate(pair, "en")) == ("採用責任者", "hiring manager")
    assert bilingual(pair) == "採用責任者 hiring manager"
    assert [sentence_case(text) for text in pair] == ["採用責任者", "Hiring manager"]
    assert [other_language("ja"), other_language("en")] == ["en", "ja"]


def test_a_language_without_texts_is_an_error() -> None:
    """A language that the product does not have is refused and named."""
    with pytest.raises(ValueError, match="'fr'"):
        translate(("はい", "yes"), "fr")
