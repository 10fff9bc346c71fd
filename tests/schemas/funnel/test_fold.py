"""What an application contributes is a function of the set of its events, and of nothing else."""

import random

from hypothesis import given
from hypothesis import strategies as st

from schemas.cells import ALL, COHORT, DECISION, ENTRY, TOTAL, CellKey, Cells, without_zeros
from schemas.funnel import application_row as records
from schemas.funnel.application_row import ApplicationRow, accept
from schemas.funnel.fold import add, facts, fold
from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import Measured, measure
from schemas.kpis.durations import summed
from schemas.tenants.milestones import MILESTONES
from tests.builders import HOUR, START, happened, histories, moved

RULES = Rules("Asia/Tokyo")


def totals(history: list[FunnelEvent], basis: str = DECISION) -> dict[str, int]:
    """All measures of the whole company, days summed."""
    summed: dict[str, int] = {}
    for key, tally in facts(history, "t", RULES).items():
        if key.dimension == TOTAL and key.basis == basis:
            for measure, n in tally.items():
                summed[measure] = summed.get(measure, 0) + n
    return {measure: n for measure, n in summed.items() if n}


def delivered(history: list[FunnelEvent], repeat: int = 1) -> Cells:
    """The cells a worker would build from events in this order of arrival, row written and read back every time."""
    cells: Cells = {}
    row = ApplicationRow()
    for offset, event in enumerate(history * repeat):
        arrived = FunnelEvent(**{name: getattr(event, name) for name in event.__struct_fields__})
        arrived.offset = offset
        for sign, state, changes in accept(row, arrived, RULES):
            add(cells, "t", state, changes, sign)
        row = records.decode(records.encode(row))
    return without_zeros(cells)


@given(histories(), st.randoms(use_true_random=False))
def test_arrival_order_and_duplicates_change_nothing(
    history: list[FunnelEvent], rng: random.Random
) -> None:
    """However often and in whatever order the deliveries come, the contribution is the same."""
    expected = facts(history, "t", RULES)
    shuffled = history + history[::2]
    rng.shuffle(shuffled)

    assert expected == facts(shuffled, "t", RULES)


@given(histories(), st.randoms(use_true_random=False))
def test_the_sum_of_deltas_is_the_facts_of_the_whole(
    history: list[FunnelEvent], rng: random.Random
) -> None:
    """Adding each event's delta as it arrives ends where folding everything at once ends."""
    rng.shuffle(history)

    assert facts(history, "t", RULES) == delivered(history, repeat=2)


def test_a_late_entry_of_a_record_that_is_gone_counts_nothing() -> None:
    """Its retraction may arrive first; the entry then tells of nothing, however it is folded."""
    created = happened(0, "application.created", channel="doda", job="j1", applied=START)
    gone = happened(1, "application.updated", log="log2", revision=1, number=1)
    entry = happened(2, "application.stage_changed", stage="s1", stage_name="書類選考", log="log2")
    expected = facts([created], "t", RULES)

    assert delivered([created, gone, entry]) == expected
    assert delivered([created, entry, gone]) == expected


@given(histories(), st.integers(0, 12))
def test_a_replayed_event_offers_the_same_delta_again(
    history: list[FunnelEvent], number: int
) -> None:
    """After a crash the same offset yields the same delta, so a fence can accept it once."""
    at = number % len(history)
    row = ApplicationRow()
    first: Cells = {}
    for offset, event in enumerate(history):
        event.offset = offset
        parts = accept(row, event, RULES)
        if offset == at:
            for sign, state, changes in parts:
                add(first, "t", state, changes, sign)
            first = without_zeros(first)
    again: Cells = {}
    for sign, state, changes in accept(records.decode(records.encode(row)), history[at], RULES):
        add(again, "t", state, changes, sign)

    assert first == without_zeros(again)


@given(histories())
def test_a_fact_is_counted_once_on_each_of_its_bases(history: list[FunnelEvent]) -> None:
    """What happened counts on its day and on the day of the application; what a meeting took only on its day."""
    decided, cohort = totals(history, DECISION), totals(history, COHORT)
    took = {"response_hours", "scorecard_hours", "interview_minutes"}

    assert cohort == {m: n for m, n in decided.items() if m.split(".")[0] not in took}
    assert all(measure.startswith("days.") for measure in totals(history, ENTRY))


@given(histories())
def test_no_more_durations_end_than_began(history: list[FunnelEvent]) -> None:
    """Of every stage, whoever left it has entered it."""
    entered, lasted = totals(history), totals(history, ENTRY)
    for stage in MILESTONES:
        left = sum(n for measure, n in lasted.items() if measure.startswith(f"days.{stage}."))
        assert left <= entered.get(f"entered.{stage}", 0)


@given(histories())
def test_a_deleted_application_contributes_nothing(history: list[FunnelEvent]) -> None:
    """Deleting retracts exactly, whatever had happened."""
    assert facts([*history, happened(99, "application.deleted", 500)], "t", RULES) == {}


@given(histories())
def test_no_count_of_an_application_is_negative(history: list[FunnelEvent]) -> None:
    """Taking back never takes more than was given."""
    assert all(n > 0 for tally in facts(history, "t", RULES).values() for n in tally.values())


def test_a_rejection_that_is_undone_leaves_no_trace() -> None:
    """Un-reject: the numbers are those of an application that was never rejected."""
    before = [happened(1, "application.created"), moved(2, 5, "s1")]
    undone = [
        *before,
        happened(3, "application.rejected", 9),
        happened(4, "application.reopened", 10),
    ]

    assert facts(before, "t", RULES) == facts(undone, "t", RULES)


def test_a_hire_that_is_undone_leaves_no_trace() -> None:
    """Un-hire takes back the hire, its day count and the pass of the last stage."""
    before = [happened(1, "application.created"), moved(2, 5, "s5")]
    undone = [
        *before,
        happened(3, "application.hired", 99),
        happened(4, "application.unhired", 120),
    ]

    assert facts(before, "t", RULES) == facts(undone, "t", RULES)


def test_a_move_back_takes_back_the_pass() -> None:
    """Moving back to screening un-passes screening and un-enters the interview."""
    before = [happened(1, "application.created"), moved(2, 5, "s1")]
    back = [*before, moved(3, 9, "s2"), moved(4, 12, "s1")]

    assert facts(before, "t", RULES) == facts(back, "t", RULES)


def test_a_stage_move_after_an_ending_is_no_reopening() -> None:
    """Recruiters tidy up closed applications; the candidate stays rejected."""
    rejected = [
        happened(1, "application.created"),
        moved(2, 5, "s1"),
        happened(3, "application.rejected", 9),
    ]

    assert facts(rejected, "t", RULES) == facts([*rejected, moved(4, 12, "s2")], "t", RULES)


def test_a_skipped_stage_is_neither_entered_nor_passed() -> None:
    """From screening straight to the final interview, the first interview is not in any rate."""
    counted = totals([happened(1, "application.created"), moved(2, 5, "s1"), moved(3, 9, "s4")])

    assert counted == {
        "applications": 1,
        "entered.screening": 1,
        "passed.screening": 1,
        "entered.final_interview": 1,
    }


def test_an_unknown_stage_is_counted_as_unmapped() -> None:
    """A stage nobody mapped is visible and decides nothing."""
    counted = totals(
        [
            happened(1, "application.created"),
            moved(2, 5, "s1"),
            moved(3, 9, "sx"),
            moved(4, 10, "s2"),
        ]
    )

    assert counted["entered.unmapped"] == 1
    assert counted["passed.screening"] == 1


def test_a_prospect_counts_from_its_conversion() -> None:
    """A prospect is no application; converted, it counts on the day it applied."""
    prospect = [happened(1, "application.created", nature="prospect"), moved(2, 5, "s1")]

    assert facts(prospect, "t", RULES) == {}
    assert (
        totals([*prospect, happened(3, "application.updated", 9, nature="application")])[
            "applications"
        ]
        == 1
    )


def test_a_corrected_channel_moves_everything() -> None:
    """When the source is edited later, nothing stays with the old channel."""
    history = [
        happened(1, "application.created", channel="doda"),
        moved(2, 5, "s1"),
        happened(3, "application.channel_changed", 9, channel="LinkedIn"),
    ]
    channels = {key.member for key in facts(history, "t", RULES) if key.dimension == "channel"}

    assert {"LinkedIn"} == channels


def test_an_offer_declined_late_lands_on_the_day_it_happened() -> None:
    """Decision basis puts the decline on its own day, cohort basis on the day of application."""
    history = [
        happened(1, "application.created", applied=happened(1, "x").at),
        happened(2, "offer.declined", 24 * 40, entity="o"),
    ]
    cells = facts(history, "t", RULES)
    day = RULES.day(history[1].at)

    assert cells[CellKey("t", TOTAL, ALL, day, DECISION)]["offers_declined"] == 1
    assert cells[CellKey("t", TOTAL, ALL, RULES.day(history[0].at), COHORT)]["offers_declined"] == 1


def test_days_are_cut_in_the_time_zone_of_the_tenant() -> None:
    """03:00 on the 2nd in Tokyo is still the 1st in UTC."""
    at = happened(1, "x", 18).at

    assert Rules("UTC").day(at) + 1 == Rules("Asia/Tokyo").day(at)


def test_only_interviewers_who_decided_get_the_decision() -> None:
    """A pass belongs to those who interviewed in the stage that was passed."""
    history = [
        happened(1, "application.created"),
        moved(2, 5, "s2"),
        happened(3, "interview.completed", 6, entity="i", people=("p1",)),
        moved(4, 9, "s4"),
        happened(5, "application.rejected", 20),
    ]
    cells = facts(history, "t", RULES)
    tallies = [
        tally
        for key, tally in cells.items()
        if key.dimension == "interviewer" and key.basis == COHORT
    ]

    owed = {"scorecards_due": 1, "feedback_due": 1}
    assert tallies == [{"interviews_held": 1, "passed.interview_1": 1} | owed]


def test_the_fold_reports_its_last_event() -> None:
    """The state knows where it stands, so that the next event can be taken in one step."""
    state, _ = fold([moved(2, 5, "s1"), happened(1, "application.created")], RULES)

    assert state.last is not None
    assert state.last[3] == (2).to_bytes(16, "big")


def test_who_declines_after_accepting_has_reneged() -> None:
    """The acceptance stands, nothing is declined, and telling it as a withdrawal too counts no second one."""
    told = [
        happened(0, "application.created", applied=START),
        happened(1, "offer.accepted", 24, entity="o1"),
        happened(2, "offer.declined", 48, entity="o1"),
        happened(3, "application.withdrawn", 49, party="candidate"),
    ]
    counted = totals(told)

    assert (counted["offers_accepted"], counted["offers_reneged"]) == (1, 1)
    assert "offers_declined" not in counted


def test_flow_and_cohort_may_tell_opposite_stories() -> None:
    """Ten who applied in March pass in April, ninety who applied in April are rejected in May: 100 % and 0 %."""
    cells: Cells = {}
    for number in range(100):
        old = number < 10
        applied = START + (60 if old else 95) * 24 * HOUR
        created = happened(number * 2, "application.created", applied=applied, stage="s1")
        created.at, created.stage_name = applied, "書類選考"
        decided = moved(number * 2 + 1, 24 * 100, "s2") if old else None
        if decided is None:
            decided = happened(number * 2 + 1, "application.rejected", 24 * 130, party="company")
        state, changes = fold([created, decided], RULES)
        add(cells, "t", state, changes)
    april = range(RULES.day(START) + 90, RULES.day(START) + 120)
    rate = BY_ID["screen_pass_rate"]

    assert Measured(1.0, 10) == measure(rate, in_window(cells, DECISION, april))
    assert Measured(0.0, 90) == measure(rate, in_window(cells, COHORT, april))


def in_window(cells: Cells, basis: str, days: range) -> dict[str, int]:
    """The company's sums of some days."""
    return summed(
        tally
        for key, tally in cells.items()
        if (key.dimension, key.basis) == (TOTAL, basis) and key.day in days
    )
