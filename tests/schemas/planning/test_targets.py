"""Tests of target parsing and validation."""

import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.cells import BASES, DIMENSIONS
from schemas.kpis.catalogue import KPIS, kpis_for
from schemas.planning.periods import Period
from schemas.planning.targets import Target, Targets
from streams.ingest.normalize import channel

HIRES = {"tenant": "acme", "kpi": "hires", "period": "2026-04", "at_least": 10}


def target(**changed: Any) -> Target:
    """Build a target; the default is ten hires in April, and None removes a key."""
    return Target.model_validate_json(json.dumps(without({**HIRES, **changed})))


def without(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields without those that are None."""
    return {name: value for name, value in fields.items() if value is not None}


def targets(*several: dict[str, Any], **settings: Any) -> Targets:
    """Build a targets file with several targets."""
    text = json.dumps({**settings, "targets": [without({**HIRES, **fields}) for fields in several]})
    return Targets.model_validate_json(text)


def test_a_short_target_is_the_companys_by_the_day_of_the_decision() -> None:
    """A target without dimension and basis is for the whole company on the decision basis."""
    parsed = target()

    assert parsed.key == ("acme", "hires", "total", "all", "decision")
    assert (parsed.direction, parsed.plan, parsed.period_label) == ("at_least", 10.0, "2026-04")


RATE = {"kpi": "offer_accept_rate"}
DAYS = {"kpi": "time_to_hire_days", "at_least": None}


@pytest.mark.parametrize(
    ("changed", "plan"),
    [
        ({**RATE, "at_least": 0.45}, 0.45),
        ({**RATE, "at_least": "45 %"}, 0.45),
        ({**RATE, "at_least": "62.5%"}, 0.625),
        ({"kpi": "roi_ratio", "at_least": "350 %"}, 3.5),
        ({**DAYS, "at_most": 45}, 45.0),
        ({"kpi": "cost_total", "at_least": None, "at_most": 3_000_000}, 3_000_000.0),
    ],
)
def test_numbers_are_written_as_people_write_them(changed: dict[str, Any], plan: float) -> None:
    """Rates may be written as a share or in percent; other values use the KPI's unit."""
    assert target(**changed).plan == plan


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kpi": "hire"}, r"no KPI 'hire' \(did you mean `hires`\?\)"),
        ({"dimension": "channels"}, r"no dimension 'channels' \(did you mean `channel`\?\)"),
        ({"dimension": "xyz"}, r"known: channel, department, hiring_manager, interviewer"),
        ({"dimension": "channel"}, r"which channel\? give `member`"),
        ({"member": "doda"}, "`member` 'doda' of which `dimension`"),
        ({"basis": "entry"}, "write `basis: decision` or `basis: cohort`"),
        ({"kpi": "retention_90d_rate"}, "not counted on the decision basis; write `basis: entry`"),
        ({"basis": "decided"}, "Input should be 'decision', 'cohort' or 'entry'"),
        ({"dimension": "interviewer", "member": "u1"}, "not available by interviewer; use one of"),
        ({"period": "April"}, "no such period 'April'; write a week 2026-W14, a month 2026-04"),
        ({"period": None}, "give either `period` or `from` and `to`"),
        ({"from": "2026-04-01"}, "give either `period` or `from` and `to`"),
        ({"period": None, "from": "2026-04-01"}, "give both `from` and `to`"),
        (
            {"period": None, "from": "2026-05-01", "to": "2026-04-01"},
            "`from` 2026-05-01 is after `to` 2026-04-01",
        ),
        ({"period": None, "from": "1066-01-01", "to": "2026-04-01"}, "counted from 1970 to 2148"),
        ({"at_least": None}, "give exactly one of `at_least` and `at_most`"),
        ({"at_most": 5}, "give exactly one of `at_least` and `at_most`"),
        ({"at_least": None, "at_most": 5}, "higher is better; write `at_least` instead"),
        ({"kpi": "time_to_hire_days"}, "lower is better; write `at_most` instead of `at_least`"),
        ({"at_least": "1,000"}, "'1,000' is not a number; write it without separators"),
        ({"at_least": "45 %"}, "'45 %' is a rate, but hires is in count"),
        ({**RATE, "at_least": 45}, r"45 is above 1; write a rate as 0.45 or `45 %`"),
        ({"at_least": -1}, "-1.0 is not a valid target; it must be finite and 0 or more"),
        ({"owner": "a.sato@example.com"}, "`owner` is a role such as hr_manager"),
        ({"tenant": "ACME"}, "String should match pattern"),
        ({"at_lest": 5}, "Extra inputs are not permitted"),
    ],
)
def test_mistakes_are_explained(changed: dict[str, Any], message: str) -> None:
    """An invalid target is rejected with a message that says what to write instead."""
    with pytest.raises(ValidationError, match=message):
        target(**changed)


@pytest.mark.parametrize("infinite", ["Infinity", "NaN"])
def test_only_numbers_can_be_reached(infinite: str) -> None:
    """Infinities and NaN, which YAML can express, are rejected."""
    with pytest.raises(ValidationError, match="is not a valid target"):
        Target.model_validate_json(json.dumps(HIRES).replace("10", infinite))


def test_whatever_can_be_counted_can_be_planned() -> None:
    """A KPI can be planned by exactly the dimensions and bases that apply to it."""
    for kpi in KPIS:
        good = {"at_most": 0, "at_least": None} if kpi.higher_is_better is False else {}
        for dimension in DIMENSIONS:
            for basis in BASES:
                member = None if dimension == "total" else "m1"
                fields = {"kpi": kpi.id, "dimension": dimension, "basis": basis, "member": member}
                try:
                    target(**{"at_least": 0, **good, **fields})
                except ValidationError:
                    assert kpi not in kpis_for(dimension, basis)
                else:
                    assert kpi in kpis_for(dimension, basis)


def test_a_channel_is_written_as_the_gateway_writes_it() -> None:
    """A target for リクナビ NEXT in any character width matches the counted channel."""
    typed = "リクナビ　ＮＥＸＴ"
    parsed = target(dimension="channel", member=typed)
    counted = channel(typed)

    assert counted is not None and parsed.member == counted.id == "リクナビ NEXT"
    assert target(dimension="job", member="J 1").member == "J 1"


def test_companies_have_fiscal_years_of_their_own() -> None:
    """The fiscal year starts in April by default; a file can change the month, also per company."""
    year = {"period": "FY2026"}
    parsed = targets(year, {**year, "tenant": "globex"}, fiscal_year_starts_of={"globex": 1})
    october = targets(year, fiscal_year_starts=10)

    assert [parsed.days(target).first for target in parsed.targets] == [
        date(2026, 4, 1),
        date(2026, 1, 1),
    ]
    assert october.days(october.targets[0]) == Period(date(2026, 10, 1), date(2027, 9, 30))
    with pytest.raises(ValidationError, match="less than or equal to 12"):
        targets(year, fiscal_year_starts=13)


def test_targets_of_one_number_do_not_cross() -> None:
    """Targets with equal or crossing periods are rejected with both positions; a month within a quarter is allowed."""
    april, quarter = {"period": "2026-04"}, {"period": "2026-Q2"}
    days = {"period": None, "from": "2026-04-30", "to": "2026-05-02"}
    one_channel = {"dimension": "channel", "member": "doda"}
    with pytest.raises(ValidationError, match=r"targets.0 \(2026-04\) and targets.1 \(2026-04\)"):
        targets(april, april)
    with pytest.raises(ValidationError, match=r"targets.1 \(2026-04-30..2026-05-02\) are both"):
        targets(april, days)

    assert len(targets(april, quarter, {"period": "2026-05"}, {"period": "2025-Q2"}).targets) == 4
    assert len(targets(april, {**quarter, **one_channel}, {**quarter, "kpi": "joins"}).targets) == 3
