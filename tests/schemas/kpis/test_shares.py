"""No share exceeds 1: whatever becomes of applications, each case of a numerator is one of its denominator."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from schemas.cells import Tally
from schemas.funnel.fold import contribution
from schemas.funnel.funnel_events import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.kpis.catalogue import KPIS
from schemas.kpis.definition import evaluate, total
from schemas.kpis.durations import sum_tallies
from schemas.tenants.milestones import INTERVIEWS, MAIN_LINE, SIDE_STEPS
from tests.builders import histories

SHARES = [kpi for kpi in KPIS if kpi.is_share]
OUTCOMES = {"rejected": "failed", "withdrawn": "withdrew", "closed": "closed"}
ANSWERS = ("accepted", "declined", "expired", "revoked", "pending")


@st.composite
def applications(draw: st.DrawFn) -> Tally:
    """What one application counts on its day of application: any stages, offers and ending that the fold may report."""
    tally: Tally = {"applications": 1}
    passed = draw(st.lists(st.sampled_from(MAIN_LINE[:-1]), unique=True))
    passed += draw(st.lists(st.sampled_from(SIDE_STEPS), unique=True))
    answers = draw(st.lists(st.sampled_from(ANSWERS), max_size=3))
    ending = draw(st.sampled_from(("open", "hired", *OUTCOMES)))
    is_duplicate = ending == "closed" and draw(st.booleans())
    tally |= dict.fromkeys((f"passed.{stage}" for stage in passed), 1)
    if not is_duplicate:
        tally |= {"applications_rated": 1, "reapplications": int(draw(st.booleans()))}
        if answers or ending == "hired":
            tally |= _offered(passed)
    if ending in OUTCOMES:
        stage = draw(st.sampled_from((*MAIN_LINE, *SIDE_STEPS)))
        tally |= _ended(ending, stage, passed, is_early=draw(st.booleans()))
    elif ending == "hired":
        tally["hired"] = 1
    if draw(st.booleans()) and ("accepted" in answers or ending == "withdrawn"):
        tally["offers_reneged"] = 1  # also after a hire that nobody had accepted
        tally["acceptances_reneged"] = int("accepted" in answers)
    return sum_tallies([tally, _offers(answers)])


def _offered(passed: list[str]) -> Tally:
    tally = {"offered": 1} | {f"then_offered.{stage}": 1 for stage in passed}
    return tally | ({"final_offered": 1} if "final_interview" in passed else {})


def _ended(ending: str, stage: str, passed: list[str], *, is_early: bool) -> Tally:
    tally = {ending: 1, f"{OUTCOMES[ending]}.{stage}": 1}
    if ending == "withdrawn" and is_early:
        if stage in INTERVIEWS:
            tally[f"withdrew_before.{stage}"] = 1
        if passed:
            tally[f"then_withdrew.{passed[-1]}"] = 1
    return tally


def _offers(answers: list[str]) -> Tally:
    tally: Tally = {"offers_made": len(answers)}
    for answer in answers:
        tally[f"offers_{answer}"] = tally.get(f"offers_{answer}", 0) + 1
    return tally


@given(st.lists(applications(), max_size=12))
def test_no_share_of_any_applications_exceeds_one(tallies: list[Tally]) -> None:
    """For every number of applications, each share lies between 0 and 1, and has a value as soon as it has cases."""
    for tally in accumulate(tallies, lambda *pair: sum_tallies(pair)):
        for kpi in SHARES:
            value = evaluate(kpi, tally).value
            assert value is None or 0 <= value <= 1, kpi.id
            assert value is not None or total(tally, kpi.numerator) == 0, kpi.id


@given(histories())
def test_no_share_of_a_cell_exceeds_one(history: list[FunnelEvent]) -> None:
    """On every day and basis that a KPI offers, its share of each member lies between 0 and 1."""
    for key, tally in contribution(history, "t", Rules("Asia/Tokyo")).items():
        for kpi in SHARES:
            if key.basis in kpi.bases:
                value = evaluate(kpi, tally).value
                assert value is None or 0 <= value <= 1, (key, kpi.id)


def test_shares_are_of_cases() -> None:
    """A ratio to a sum of money is no share, every other ratio is one."""
    ratios = {kpi.id for kpi in KPIS if kpi.kind == "ratio" and kpi.unit == "ratio"}

    assert ratios - {kpi.id for kpi in SHARES} == {"hire_cost_ratio", "relay_roi", "roi_ratio"}
