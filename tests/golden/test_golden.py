"""A season of fourteen applications computed by hand: every KPI on each of its bases."""

import csv
from datetime import date
from typing import NamedTuple

import pytest

from schemas.cells import ALL, BASES, TOTAL, Cells
from schemas.instants import EPOCH_DAY
from schemas.kpis.catalogue import BY_ID, KPIS
from schemas.kpis.definition import Kpi, evaluate
from schemas.kpis.durations import DailyTallies, evaluate_duration, sum_tallies
from schemas.tenants.config import Tenancy
from tests.golden.season_events import HERE, season_delivery
from tests.ingest.gateways import tenancy
from tests.vendors.folding import folded_cells

APRIL = (date(2026, 4, 1), date(2026, 4, 30))
SPRING = (date(2026, 4, 1), date(2026, 6, 30))  # for the retention of employees who joined in it
AS_OF = date(2026, 6, 30).toordinal() - EPOCH_DAY
HIRE_VALUE = 5_000_000


class Case(NamedTuple):
    """One line of april.csv: the KPI of a member on a basis is `value` out of `n` cases."""

    kpi: str
    of: str
    basis: str
    value: str
    n: str


def cases() -> list[Case]:
    """All lines of april.csv."""
    with (HERE / "april.csv").open() as file:
        return [Case(**row) for row in csv.DictReader(file)]


def season_tenancy() -> Tenancy:
    """The tenant of the season, with a hire value of five million yen."""
    (acme,) = tenancy().tenants
    return Tenancy(tenants=(acme.model_copy(update={"hire_value": HIRE_VALUE}),))


@pytest.fixture(scope="module")
def counted() -> Cells:
    """All cells of the season."""
    return folded_cells([season_delivery()], season_tenancy())


def window(kpi: Kpi) -> range:
    """The local days of the KPI's period."""
    first, last = SPRING if kpi.kind == "retention" else APRIL
    return range(first.toordinal() - EPOCH_DAY, last.toordinal() - EPOCH_DAY + 1)


def computed(counted: Cells, case: Case) -> tuple[float | None, int]:
    """The value and case count of the KPI, computed from the cells."""
    kpi = BY_ID[case.kpi]
    dimension, _, member = case.of.partition("/")
    tallies = {
        key: tally
        for key, tally in counted.items()
        if (key.dimension, key.member) == (dimension, member) and key.day in window(kpi)
    }
    if kpi.additive:
        measured = evaluate(
            kpi, sum_tallies(t for key, t in tallies.items() if key.basis == case.basis)
        )
        return measured.value, measured.n
    days = DailyTallies(
        {key.day: tally for key, tally in tallies.items() if key.basis == "decision"},
        {key.day: tally for key, tally in tallies.items() if key.basis == "entry"},
    )
    judged = evaluate_duration(kpi, days, AS_OF)
    return judged.value, judged.n


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.kpi}-{case.of}-{case.basis}")
def test_the_value_is_the_one_worked_by_hand(counted: Cells, case: Case) -> None:
    """Every KPI equals the value that a recruiter counts by hand in the season's table."""
    value, n = computed(counted, case)

    assert str(n) == case.n
    assert (value is None) == (case.value == "")
    assert value is None or float(case.value) == pytest.approx(value, rel=1e-9)


def test_every_kpi_has_a_case_on_each_of_its_bases() -> None:
    """Every KPI definition has a hand-computed case on each of its bases."""
    worked = {(case.kpi, case.basis) for case in cases()}

    assert {(kpi.id, basis) for kpi in KPIS for basis in BASES if basis in kpi.bases} <= worked


def test_the_channels_sum_to_the_total(counted: Cells) -> None:
    """All channels sum to the total; the credit of each attribution model sums to one million per hire."""
    for basis in ("decision", "cohort"):
        total = sum_tallies(
            t for k, t in counted.items() if (k.dimension, k.basis) == (TOTAL, basis)
        )
        parts = sum_tallies(
            t for k, t in counted.items() if (k.dimension, k.basis) == ("channel", basis)
        )
        credit = {name: parts.pop(name) for name in list(parts) if name.startswith("hire_credit.")}

        assert total == parts
        assert set(credit.values()) == {1_000_000 * total["hired"]}


def test_flow_and_cohort_differ_and_both_are_right(counted: Cells) -> None:
    """In May nobody applied but one rejection was decided: no rate by cohort, 0 % by decision."""
    may = range(date(2026, 5, 1).toordinal() - EPOCH_DAY, date(2026, 5, 31).toordinal() - EPOCH_DAY)
    screened = BY_ID["screen_pass_rate"]
    by_basis = {
        basis: sum_tallies(
            t
            for k, t in counted.items()
            if k[1:3] == (TOTAL, ALL) and k.basis == basis and k.day in may
        )
        for basis in ("decision", "cohort")
    }

    assert evaluate(screened, by_basis["decision"]).value == 0
    assert evaluate(screened, by_basis["cohort"]).value is None
