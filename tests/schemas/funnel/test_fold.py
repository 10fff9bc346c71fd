"""An application's contribution is a function of the set of its events alone."""

import random

from hypothesis import given
from hypothesis import strategies as st

from schemas.cells import ALL, COHORT, DECISION, ENTRY, TOTAL, CellKey, Cells, without_zeros
from schemas.funnel import application_row
from schemas.funnel.application_row import ApplicationRow, apply_event
from schemas.funnel.fold import add_contribution, contribution, fold
from schemas.funnel.funnel_events import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import KpiValue, evaluate
from schemas.kpis.durations import sum_tallies
from schemas.tenants.milestones import MILESTONES
from tests.builders import (
    HOUR,
    START,
    delivered,
    funnel_event,
    histories,
    instant,
    stage_change,
    vendor_stage,
)

RULES = Rules("Asia/Tokyo")


def totals(history: list[FunnelEvent], basis: str = DECISION) -> dict[str, int]:
    """All measures of the tenant's total, summed over days."""
    summed: dict[str, int] = {}
    for key, tally in contribution(history, "t", RULES).items():
        if key.dimension == TOTAL and key.basis == basis:
            for measure, n in tally.items():
                summed[measure] = summed.get(measure, 0) + n
    return {measure: n for measure, n in summed.items() if n}


def delivered_cells(history: list[FunnelEvent], repeat: int = 1) -> Cells:
    """The cells a worker builds from this arrival order, encoding and decoding the row after every event."""
    cells: Cells = {}
    row = ApplicationRow()
    for offset, event in enumerate(history * repeat):
        for sign, part in apply_event(row, delivered(event, offset), RULES) or ():
            add_contribution(cells, "t", part, sign)
        row = application_row.decode(application_row.encode(row))
    return without_zeros(cells)


@given(histories(), st.randoms(use_true_random=False))
def test_arrival_order_and_duplicates_change_nothing(
    history: list[FunnelEvent], rng: random.Random
) -> None:
    """The contribution is the same for any delivery order and any duplicates."""
    expected = contribution(history, "t", RULES)
    shuffled = history + history[::2]
    rng.shuffle(shuffled)

    assert expected == contribution(shuffled, "t", RULES)


@given(histories(), st.randoms(use_true_random=False))
def test_deltas_sum_to_the_contribution_of_the_history(
    history: list[FunnelEvent], rng: random.Random
) -> None:
    """The deltas of single events sum to the contribution of the whole history."""
    rng.shuffle(history)
    arrived = [delivered(event, offset) for offset, event in enumerate(history)]

    assert contribution(arrived, "t", RULES) == delivered_cells(history, repeat=2)


def test_a_late_entry_of_a_withdrawn_log_record_counts_nothing() -> None:
    """The retraction may arrive before the entry; the entry does not count in either order."""
    created = funnel_event(0, "application.created", channel="doda", job="j1", applied_at=START)
    retraction = funnel_event(
        1, "application.updated", log_id="log2", revision=1, retracts_log=True
    )
    entry = funnel_event(
        2, "application.stage_changed", stage=vendor_stage(("s1", "書類選考")), log_id="log2"
    )
    expected = contribution([created], "t", RULES)

    for history in ([created, retraction, entry], [created, entry, retraction]):
        counted = {
            key: {name: n for name, n in tally.items() if not name.startswith("quality.")}
            for key, tally in delivered_cells(history).items()
        }
        assert without_zeros(counted) == expected


@given(histories(), st.integers(0, 12))
def test_a_replayed_event_yields_the_same_delta(history: list[FunnelEvent], number: int) -> None:
    """After a crash the same offset yields the same delta, so that the fence applies it once."""
    at = number % len(history)
    row = ApplicationRow()
    first: Cells = {}
    for offset, event in enumerate(history):
        event.header.offset = offset
        delta = apply_event(row, event, RULES)
        if offset == at:
            for sign, part in delta or ():
                add_contribution(first, "t", part, sign)
            first = without_zeros(first)
    replayed: Cells = {}
    stored = application_row.decode(application_row.encode(row))
    for sign, part in apply_event(stored, history[at], RULES) or ():
        add_contribution(replayed, "t", part, sign)

    assert first == without_zeros(replayed)


@given(histories())
def test_a_fact_is_counted_once_on_each_of_its_bases(history: list[FunnelEvent]) -> None:
    """A fact counts on its day and on the day of application; a time spent counts only on its day."""
    decided, cohort = totals(history, DECISION), totals(history, COHORT)
    time_spent = {"response_hours", "scorecard_hours", "interview_minutes"}

    assert cohort == {
        measure: n for measure, n in decided.items() if measure.split(".")[0] not in time_spent
    }
    assert all(measure.startswith("days.") for measure in totals(history, ENTRY))


@given(histories())
def test_no_more_durations_end_than_began(history: list[FunnelEvent]) -> None:
    """Every stage is left at most as often as it is entered."""
    entered, durations = totals(history), totals(history, ENTRY)
    for stage in MILESTONES:
        left = sum(n for measure, n in durations.items() if measure.startswith(f"days.{stage}."))
        assert left <= entered.get(f"entered.{stage}", 0)


@given(histories())
def test_a_deleted_application_contributes_nothing(history: list[FunnelEvent]) -> None:
    """A deletion retracts everything exactly, whatever happened before."""
    assert contribution([*history, funnel_event(99, "application.deleted", 500)], "t", RULES) == {}


@given(histories())
def test_no_count_of_an_application_is_negative(history: list[FunnelEvent]) -> None:
    """A retraction never exceeds what was emitted."""
    assert all(
        n > 0 for tally in contribution(history, "t", RULES).values() for n in tally.values()
    )


def test_a_rejection_that_is_undone_leaves_no_trace() -> None:
    """After an un-reject the cells equal those of an application that was never rejected."""
    before = [funnel_event(1, "application.created"), stage_change(2, 5, "s1")]
    undone = [
        *before,
        funnel_event(3, "application.rejected", 9),
        funnel_event(4, "application.reopened", 10),
    ]

    assert contribution(before, "t", RULES) == contribution(undone, "t", RULES)


def test_a_hire_that_is_undone_leaves_no_trace() -> None:
    """An un-hire retracts the hire, its days and the pass of the last stage."""
    before = [funnel_event(1, "application.created"), stage_change(2, 5, "s5")]
    undone = [
        *before,
        funnel_event(3, "application.hired", 99),
        funnel_event(4, "application.unhired", 120),
    ]

    assert contribution(before, "t", RULES) == contribution(undone, "t", RULES)


def test_a_move_back_retracts_the_pass() -> None:
    """A move back to screening retracts the pass of screening and the entry of the interview."""
    before = [funnel_event(1, "application.created"), stage_change(2, 5, "s1")]
    back = [*before, stage_change(3, 9, "s2"), stage_change(4, 12, "s1")]

    assert contribution(before, "t", RULES) == contribution(back, "t", RULES)


def test_a_move_after_an_ending_reopens_unless_it_accompanies_it() -> None:
    """Who moves on was brought back; a card that is tidied with the ending was not."""
    rejected = [
        funnel_event(1, "application.created"),
        stage_change(2, 5, "s1"),
        funnel_event(3, "application.rejected", 9),
    ]

    assert "rejected" not in totals([*rejected, stage_change(4, 12, "s2")])
    assert totals(rejected) == totals([*rejected, stage_change(4, 9.01, "s2")])


def test_where_the_system_reports_reopenings_a_move_waits_for_one() -> None:
    """A move of a rejected application counts on its own day once the reopening is told."""
    rules = Rules("Asia/Tokyo", reopening_connections=frozenset({""}))
    moved = [
        funnel_event(1, "application.created", 0),
        stage_change(2, 5, "s1"),
        funnel_event(3, "application.rejected", 9),
        stage_change(4, 40, "s2"),
    ]
    reopened = [*moved, funnel_event(5, "application.reopened", 90)]
    cells = contribution(reopened, "t", rules)
    entered = [k.day for k, tally in cells.items() if "entered.interview_1" in tally]

    assert contribution(moved[:3], "t", rules) == contribution(moved, "t", rules)
    assert set(entered) == {RULES.day(START), RULES.day(instant(40))}


def test_a_skipped_stage_is_neither_entered_nor_passed() -> None:
    """A move from screening to the final interview leaves the first interview out of every rate."""
    counted = totals(
        [funnel_event(1, "application.created"), stage_change(2, 5, "s1"), stage_change(3, 9, "s4")]
    )

    assert counted == {
        "applications": 1,
        "applications_rated": 1,
        "entered.screening": 1,
        "passed.screening": 1,
        "entered.final_interview": 1,
    }


def test_an_unknown_stage_is_counted_as_unmapped() -> None:
    """An unmapped stage is counted and decides nothing."""
    counted = totals(
        [
            funnel_event(1, "application.created"),
            stage_change(2, 5, "s1"),
            stage_change(3, 9, "sx"),
            stage_change(4, 10, "s2"),
        ]
    )

    assert counted["entered.unmapped"] == 1
    assert counted["passed.screening"] == 1


def test_a_prospect_counts_from_its_conversion() -> None:
    """A prospect does not count; once converted, it counts on its day of application."""
    prospect = [
        funnel_event(1, "application.created", application_kind="prospect"),
        stage_change(2, 5, "s1"),
    ]

    assert contribution(prospect, "t", RULES) == {}
    assert (
        totals(
            [*prospect, funnel_event(3, "application.updated", 9, application_kind="application")]
        )["applications"]
        == 1
    )


def test_a_corrected_channel_moves_everything() -> None:
    """After the source is corrected, nothing stays with the old channel."""
    history = [
        funnel_event(1, "application.created", channel="doda"),
        stage_change(2, 5, "s1"),
        funnel_event(3, "application.channel_changed", 9, channel="LinkedIn"),
    ]
    channels = {
        key.member for key in contribution(history, "t", RULES) if key.dimension == "channel"
    }

    assert {"LinkedIn"} == channels


def test_a_late_decline_counts_on_the_day_it_happened() -> None:
    """A decline counts on its own day by decision and on the day of application by cohort."""
    history = [
        funnel_event(1, "application.created", applied_at=START),
        funnel_event(2, "offer.declined", 24 * 40, offer_id="o"),
    ]
    cells = contribution(history, "t", RULES)
    day = RULES.day(history[1].header.at)

    assert cells[CellKey("t", TOTAL, ALL, day, DECISION)]["offers_declined"] == 1
    assert cells[CellKey("t", TOTAL, ALL, RULES.day(START), COHORT)]["offers_declined"] == 1


def test_days_are_local_days_of_the_tenant() -> None:
    """03:00 on the 2nd in Tokyo is still the 1st in UTC."""
    at = instant(18)

    assert Rules("UTC").day(at) + 1 == Rules("Asia/Tokyo").day(at)


def test_only_interviewers_of_the_stage_get_its_decision() -> None:
    """A pass counts for the interviewers of the stage that was passed."""
    history = [
        funnel_event(1, "application.created"),
        stage_change(2, 5, "s2"),
        funnel_event(3, "interview.completed", 6, interview_id="i", interviewers=("p1",)),
        stage_change(4, 9, "s4"),
        funnel_event(5, "application.rejected", 20),
    ]
    cells = contribution(history, "t", RULES)
    tallies = [
        tally
        for key, tally in cells.items()
        if key.dimension == "interviewer" and key.basis == COHORT
    ]

    due = {"scorecards_due": 1, "feedback_due": 1}
    assert tallies == [{"interviews_held": 1, "passed.interview_1": 1} | due]


def test_declining_after_accepting_is_reneging() -> None:
    """The acceptance stands, no decline counts, and a withdrawal does not count a second renege."""
    history = [
        funnel_event(0, "application.created", applied_at=START),
        funnel_event(1, "offer.accepted", 24, offer_id="o1"),
        funnel_event(2, "offer.declined", 48, offer_id="o1"),
        funnel_event(3, "application.withdrawn", 49, party="candidate"),
    ]
    counted = totals(history)

    assert (counted["offers_accepted"], counted["offers_reneged"]) == (1, 1)
    assert "offers_declined" not in counted


def test_decision_and_cohort_basis_can_give_opposite_rates() -> None:
    """Ten March applications pass in April, ninety April ones are rejected in May: 100 % and 0 %."""
    cells: Cells = {}
    for number in range(100):
        from_march = number < 10
        applied = START + (60 if from_march else 95) * 24 * HOUR
        created = funnel_event(
            number * 2,
            "application.created",
            (applied - START) / HOUR,
            applied_at=applied,
            stage=vendor_stage(("s1", "書類選考")),
        )
        decided = stage_change(number * 2 + 1, 24 * 100, "s2") if from_march else None
        if decided is None:
            decided = funnel_event(
                number * 2 + 1, "application.rejected", 24 * 130, party="company"
            )
        for part in fold([created, decided], RULES):
            add_contribution(cells, "t", part)
    april = range(RULES.day(START) + 90, RULES.day(START) + 120)
    rate = BY_ID["screen_pass_rate"]

    assert KpiValue(1.0, 10) == evaluate(rate, total_in(cells, DECISION, april))
    assert KpiValue(0.0, 90) == evaluate(rate, total_in(cells, COHORT, april))


def total_in(cells: Cells, basis: str, days: range) -> dict[str, int]:
    """The tenant's total over the given days."""
    return sum_tallies(
        tally
        for key, tally in cells.items()
        if (key.dimension, key.basis) == (TOTAL, basis) and key.day in days
    )
