"""Alert rules are parsed as intended, or refused with the fix."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.alerting.kinds import AnyRule
from schemas.alerting.kinds.threshold import compare
from schemas.alerting.rules import WATCHABLE_KPIS, AlertRules, Rule
from schemas.kpis.catalogue import KPIS

RULE_PARSER: TypeAdapter[AnyRule] = TypeAdapter(Rule)
RULE = {"id": "screening", "tenant": "acme", "kpi": "screen_pass_rate", "at_least": "40 %"}

WAITING = {"kpi": "time_in_screening_days", "at_least": None, "at_most": 3}


def rule(**changed: Any) -> AnyRule:
    """A floor of 40 % for screening unless overridden; None omits a key."""
    fields = {**RULE, "owner": "recruiting", **changed}
    text = json.dumps({name: value for name, value in fields.items() if value is not None})
    return RULE_PARSER.validate_json(text)


def screened(passed: int, failed: int) -> dict[str, int]:
    """A tally with the given numbers of passed and failed screenings."""
    return {"passed.screening": passed, "failed.screening": failed}


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"kpi": "screen_pas_rate"}, "did you mean `screen_pass_rate`"),
        ({"kpi": "retention_90d_rate"}, "cannot be watched"),
        ({"dimension": "chanel"}, "did you mean `channel`"),
        ({"member": "doda"}, "`member` 'doda' needs a `dimension`"),
        ({"at_least": None}, "exactly one of `at_least` and `at_most`"),
        ({"at_least": None, "at_most": 0.4}, "higher is better; write `at_least`"),
        ({"at_least": 40}, "write a rate as 0.4"),
        ({"at_least": 1.0}, "between 0 and 1"),
        ({"false_alarms_a_year": 0}, "greater than 0"),
        (
            {"kpi": "applications", "at_least": 5, "dimension": "interviewer"},
            "cannot be broken down by",
        ),
        ({"margin": 0.1}, "`margin` has no effect on screen_pass_rate; leave it out"),
        ({"kpi": "applications", "at_least": 5, "minimum_n": 5}, "`minimum_n` has no effect"),
        ({"kpi": "interview_hours", "at_least": 1, "clear": 0.5}, "`clear` has no effect"),
        (
            {"kpi": "interview_hours", "at_least": 1, "false_alarms_a_year": 2},
            "`false_alarms_a_year` has no effect",
        ),
        ({"owner": "hanako@example.com"}, "a role"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, Any], answer: str) -> None:
    """Each mistake is answered with what to write instead."""
    with pytest.raises(ValidationError) as error:
        rule(**changed)

    assert answer in str(error.value)


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, "threshold"),
        ({"kind": "threshold"}, "threshold"),
        (WAITING, "service_level"),
        ({**WAITING, "kind": "service_level"}, "service_level"),
    ],
)
def test_a_rule_needs_no_kind(changed: dict[str, Any], kind: str) -> None:
    """The KPI decides the kind of a rule that states none."""
    assert rule(**changed).kind == kind


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({"kind": "thresholds"}, "did you mean `threshold`"),
        ({"kind": "service_level"}, "write `kind: threshold` or leave `kind` out"),
        ({**WAITING, "kind": "threshold"}, "write `kind: service_level` or leave `kind` out"),
        (
            {**WAITING, "kpi": "time_in_screning_days", "allowed": 2},
            "did you mean `time_in_screening_days`",
        ),
        ({**WAITING, "kpi": None, "allowed": 2}, "kpi\n  Field required"),
    ],
)
def test_a_wrong_kind_is_refused(changed: dict[str, Any], answer: str) -> None:
    """The error names the kind to write, or the KPI that decides it."""
    with pytest.raises(ValidationError) as error:
        rule(**changed)

    assert answer in str(error.value)
    assert error.value.error_count() == 1


def test_errors_are_placed_by_the_keys_of_the_file() -> None:
    """The place of an error does not contain a kind that the file does not state."""
    with pytest.raises(ValidationError) as error:
        AlertRules.model_validate({"rules": ({**RULE, "owner": "hr", "window_dys": 3},)})

    assert [problem["loc"] for problem in error.value.errors()] == [("rules", 0, "window_dys")]


def test_two_rules_of_one_name_are_refused() -> None:
    """A breach refers to its rule by id, so ids must be unique."""
    with pytest.raises(ValidationError, match="acme/screening"):
        AlertRules(rules=(rule(), rule(at_least=0.5)))


def test_keys_of_earlier_versions_are_accepted_with_advice() -> None:
    """A rule that states a certainty or a smallest sample still loads, and the advice says what to write instead."""
    former = rule(confidence=0.99, minimum_n=20, false_alarms_a_year=0.5)

    assert rule().migration_advice() == ""
    assert former.migration_advice() == (
        "rule acme/screening: `confidence` and `minimum_n` have no effect any more; write `false_alarms_a_year: 0.5` "
        "instead, the most false alarms a year that the rule may raise over all its members"
    )
    assert former.terms == rule(false_alarms_a_year=0.5).terms


def test_a_count_has_a_budget_instead_of_a_margin() -> None:
    """A rule on a count that states a margin still loads, and the advice says what to write instead."""
    former = rule(kpi="applications", at_least=20, margin=0.1)

    assert former.terms.false_alarms_a_year == 1
    assert "`margin` has no effect any more; write `false_alarms_a_year: 1`" in (
        former.migration_advice()
    )


def test_a_mean_is_compared_with_its_target() -> None:
    """A mean beyond its target is off target, and recovers once it is better by the margin."""
    short = rule(kpi="interview_hours", at_least=1, window_days=1)

    def judged(minutes: int) -> tuple[bool, bool]:
        judgement = compare(short, {f"interview_minutes.{minutes}": 4}, True)
        return judgement.off_target, judgement.keeps_open

    assert [judged(50), judged(62), judged(64)] == [(True, True), (False, True), (False, False)]


def test_every_kpi_that_can_be_watched_has_a_suggestion() -> None:
    """Every alert suggests a next step in both languages."""
    for kpi in KPIS:
        play = kpi.play
        assert (play is not None) == kpi.watchable == (kpi.id in WATCHABLE_KPIS)
        if play is None:
            continue
        assert play.check("ja") and play.check("en") and play.owner("ja") and play.owner("en")
        assert play.suggestion("ja") != play.suggestion("en")
