"""A cost counts once, in the history that it belongs to, whatever its corrections say."""

from itertools import permutations
from typing import get_args

import pytest

from schemas.events.context import CostKind
from schemas.funnel.costs import RECORDED, REVERSED, cost_changes
from schemas.funnel.fold import fold
from schemas.funnel.funnel_events import CostEvent, EventHeader
from schemas.funnel.rules import Rules
from schemas.kpis.definitions.money import EXTERNAL, INTERNAL
from schemas.text.words import COST_KINDS

YEN = Rules("Asia/Tokyo")
VALUED = Rules("Asia/Tokyo", hire_value=1_500_000)


def version(number: int, kind: str = RECORDED, **fields: object) -> CostEvent:
    """Version `number` of a fee of 900 yen on day 20 000, recorded `number` seconds after 1970."""
    header = EventHeader(at=1_000 * number, kind=kind, id=bytes([number] * 16), offset=number)
    entry = {
        "cost_id": "fee",
        "amount": 900,
        "currency": "JPY",
        "cost_kind": "agency_fee",
        "first_day": 20_000,
    }
    return CostEvent(header=header, version=number, **(entry | fields))  # type: ignore[arg-type]


def sums(
    events: list[CostEvent], rules: Rules = YEN, channel: str | None = None, job: str | None = None
) -> dict[tuple[str, str], int]:
    """The sum of each measure in each member."""
    totals: dict[tuple[str, str], int] = {}
    for n, fact in cost_changes(events, rules, channel, job):
        for member in fact.members:
            totals[member, fact.measure] = totals.get((member, fact.measure), 0) + n
    return totals


def test_a_cost_of_a_hire_counts_in_the_channel_and_job_of_its_application() -> None:
    """The channel and job are those of the application; one without a channel counts in `unknown`."""
    fee = version(1, scope="hire")

    assert sums([fee], channel="doda", job="j-1") == {
        ("total/all", "cost.agency_fee"): 900,
        ("channel/doda", "cost.agency_fee"): 900,
        ("job/j-1", "cost.agency_fee"): 900,
    }
    assert ("channel/unknown", "cost.agency_fee") in sums([fee])


def test_other_scopes_keep_their_own_channel() -> None:
    """The application's channel is not that of a cost that names another."""
    fee = version(1, scope="channel", channel="agency")

    assert ("channel/agency", "cost.agency_fee") in sums([fee], channel="doda", job="j-1")


@pytest.mark.parametrize("order", permutations(range(3)))
def test_the_newest_version_counts_in_any_order(order: tuple[int, ...]) -> None:
    """A correction replaces, a reversal removes, and a still higher version counts again."""
    versions = [version(1), version(2, REVERSED), version(3, amount=500)]

    assert sums([versions[i] for i in order])["total/all", "cost.agency_fee"] == 500
    assert sums(versions[:2]) == {}


def test_a_cost_that_moved_to_an_application_no_longer_counts_in_its_own_history() -> None:
    """From the note of the move on nothing counts there, and the application counts it."""
    moved = version(2, amount=0, moved_to="a1")

    assert sums([version(1), moved]) == {}


def test_a_cost_that_an_application_has_counts_elsewhere_only_if_it_was_released() -> None:
    """A version that does not name the application would count twice, so it does not count until one does."""
    moved = version(1, amount=0, moved_to="a1")
    silent, wrong = version(2), version(2, previous_member="a2")

    assert sums([moved, silent]) == sums([moved, wrong]) == {}
    assert sums([moved, silent, version(3)]) == {}
    assert sums([moved, version(2, previous_member="a1")]) != {}
    assert sums([moved, version(2, REVERSED, previous_member="a1"), version(3)]) != {}


def test_several_costs_of_one_application_are_told_apart() -> None:
    """The versions of one cost do not replace those of another."""
    bonus = version(2, cost_id="bonus", cost_kind="referral_bonus", scope="hire", amount=300)
    (costs,) = fold([version(1, scope="hire"), bonus], YEN)

    assert {fact.measure: n for n, fact in costs.changes} == {
        "cost.agency_fee": 900,
        "cost.referral_bonus": 300,
    }


def test_a_refund_counts_in_its_own_month() -> None:
    """An entry below 0 is a cost below 0 on its own days."""
    refund = version(1, amount=-450, first_day=20_090, last_day=20_091)

    assert [(n, fact.day) for n, fact in cost_changes([refund], YEN, None, None)] == [
        (-225, 20_090),
        (-225, 20_091),
    ]


def test_the_return_of_a_cost_needs_the_value_of_a_hire() -> None:
    """`valued_cost` equals the cost where a hire has a value, and does not exist where it has none."""
    fee = version(1, channel="Green", scope="channel")
    foreign = version(1, currency="USD")

    assert sums([fee], VALUED)["channel/Green", "valued_cost"] == 900
    assert not {measure for _, measure in sums([fee])} & {"valued_cost"}
    assert not {measure for _, measure in sums([foreign], VALUED)} & {"valued_cost"}


def test_every_kind_is_external_or_internal_and_has_a_name() -> None:
    """External and internal cost share out the kinds, so that they add up to the total."""
    kinds = sorted(f"cost.{kind}" for kind in get_args(CostKind))

    assert sorted((*EXTERNAL, *INTERNAL)) == kinds
    assert set(get_args(CostKind)) == set(COST_KINDS)
