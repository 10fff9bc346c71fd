"""Alert rules are understood as they were meant, or refused with what to write instead."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.alerting.playbook import play_of
from schemas.alerting.rules import WATCHED, AlertRule, AlertRules
from schemas.alerting.thresholds import judge

RULE = {"id": "screening", "tenant": "acme", "kpi": "screen_pass_rate", "at_least": "40 %"}


def rule(**changed: Any) -> AlertRule:
    """A floor of 40 % for screening, unless told otherwise; None leaves a key out."""
    told = {**RULE, "owner": "recruiting", **changed}
    text = json.dumps({name: value for name, value in told.items() if value is not None})
    return AlertRule.model_validate_json(text)


def screened(passed: int, failed: int) -> dict[str, int]:
    """So many passed and failed the screening."""
    return {"passed.screening": passed, "failed.screening": failed}


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({"kpi": "screen_pas_rate"}, "did you mean `screen_pass_rate`"),
        ({"kpi": "retention_90d_rate"}, "cannot be watched"),
        ({"dimension": "chanel"}, "did you mean `channel`"),
        ({"member": "doda"}, "`member` 'doda' of which `dimension`?"),
        ({"at_least": None}, "exactly one of `at_least` and `at_most`"),
        ({"at_least": None, "at_most": 0.4}, "higher is better; write `at_least`"),
        ({"at_least": 40}, "write a rate as 0.4"),
        ({"at_least": 1.0}, "between 0 and 1"),
        ({"clear": 0.99}, "`clear` 0.99 has to be below"),
        ({"kpi": "applications", "at_least": 5, "dimension": "interviewer"}, "makes no sense by"),
        ({"margin": 0.1}, "`margin` has no effect on screen_pass_rate; leave it out"),
        ({"kpi": "applications", "at_least": 5, "minimum_n": 5}, "`minimum_n` has no effect"),
        ({"owner": "hanako@example.com"}, "a role"),
    ],
)
def test_what_makes_no_sense_is_refused(told: dict[str, Any], answer: str) -> None:
    """Each mistake is answered with what to write instead."""
    with pytest.raises(ValidationError) as refused:
        rule(**told)

    assert answer in str(refused.value)


def test_two_rules_of_one_name_are_refused() -> None:
    """A breach is named by its rule, so the name has to be one rule's."""
    with pytest.raises(ValidationError, match="acme/screening"):
        AlertRules(rules=(rule(), rule(at_least=0.5)))


def test_too_few_cases_open_nothing() -> None:
    """Nobody is woken by nine rejections."""
    assert not judge(rule(), screened(0, 9), whole=True).worse
    assert judge(rule(), screened(0, 10), whole=True).worse


def test_a_rate_just_below_its_target_is_no_certainty() -> None:
    """38 % of 100 may well be 40 % in truth; 20 % of 100 may not."""
    assert not judge(rule(), screened(38, 62), whole=True).worse
    assert judge(rule(), screened(20, 80), whole=True).worse


def test_an_open_breach_holds_until_it_is_more_likely_over() -> None:
    """Between sure and unlikely nothing changes, so nobody is told twice."""
    between = judge(rule(), screened(38, 62), whole=True)

    assert between.holds and not between.worse
    assert not judge(rule(), screened(45, 55), whole=True).holds


def test_a_count_is_judged_over_whole_windows_alone() -> None:
    """A company in its first week has not missed the applications of a month."""
    few = rule(kpi="applications", at_least=20)

    assert not judge(few, {"applications": 3}, whole=False).worse
    assert judge(few, {"applications": 3}, whole=True).worse
    assert judge(few, {}, whole=True).worse


def test_every_kpi_that_can_be_watched_has_a_suggestion() -> None:
    """No alert leaves its reader without a next step, in either language."""
    for kpi in WATCHED:
        play = play_of(kpi)
        assert play.check("ja") and play.check("en") and play.owner("ja") and play.owner("en")
        assert play.suggestion("ja") != play.suggestion("en")
