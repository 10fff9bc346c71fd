"""A season of fourteen applications, worked by hand: every KPI on every basis that it makes sense of."""

import csv
from datetime import date
from typing import NamedTuple

import pytest

from schemas.cells import ALL, BASES, TOTAL, Cells
from schemas.instants import EPOCH_DAY
from schemas.kpis.catalogue import BY_ID, KPIS
from schemas.kpis.definition import Kpi, measure
from schemas.kpis.durations import Days, judge, summed
from schemas.tenants.config import Tenancy
from tests.golden.season_events import HERE, season
from tests.ingest.gateways import tenancy
from tests.vendors.folding import cells

APRIL = (date(2026, 4, 1), date(2026, 4, 30))
SPRING = (date(2026, 4, 1), date(2026, 6, 30))  # of those who joined in it
AS_OF = date(2026, 6, 30).toordinal() - EPOCH_DAY
HIRE_VALUE = 5_000_000


class Case(NamedTuple):
    """One line of april.csv: the KPI of a member on a basis is `value`, of `n` cases."""

    kpi: str
    of: str
    basis: str
    value: str
    n: str


def cases() -> list[Case]:
    """The whole file."""
    with (HERE / "april.csv").open() as file:
        return [Case(**row) for row in csv.DictReader(file)]


def house() -> Tenancy:
    """The company of the season, to which a hire is worth five million yen."""
    (acme,) = tenancy().tenants
    return Tenancy(tenants=(acme.model_copy(update={"hire_value": HIRE_VALUE}),))


@pytest.fixture(scope="module")
def counted() -> Cells:
    """Every cell of the season."""
    return cells([season()], house())


def window(kpi: Kpi) -> range:
    """The local days asked for."""
    first, last = SPRING if kpi.kind == "retention" else APRIL
    return range(first.toordinal() - EPOCH_DAY, last.toordinal() - EPOCH_DAY + 1)


def found(counted: Cells, case: Case) -> tuple[float | None, int]:
    """What the cells come to."""
    kpi = BY_ID[case.kpi]
    dimension, _, member = case.of.partition("/")
    ours = {
        key: tally
        for key, tally in counted.items()
        if (key.dimension, key.member) == (dimension, member) and key.day in window(kpi)
    }
    if kpi.additive:
        got = measure(kpi, summed(t for key, t in ours.items() if key.basis == case.basis))
        return got.value, got.n
    days = Days(
        {key.day: tally for key, tally in ours.items() if key.basis == "decision"},
        {key.day: tally for key, tally in ours.items() if key.basis == "entry"},
    )
    judged = judge(kpi, days, AS_OF)
    return judged.value, judged.n


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.kpi}-{case.of}-{case.basis}")
def test_the_value_is_the_one_worked_by_hand(counted: Cells, case: Case) -> None:
    """As a recruiter would count it in the table of the season."""
    value, n = found(counted, case)

    assert str(n) == case.n
    assert (value is None) == (case.value == "")
    assert value is None or float(case.value) == pytest.approx(value, rel=1e-9)


def test_every_kpi_has_a_case_on_each_of_its_bases() -> None:
    """A new definition is not done before it was worked by hand."""
    worked = {(case.kpi, case.basis) for case in cases()}

    assert {(kpi.id, basis) for kpi in KPIS for basis in BASES if basis in kpi.bases} <= worked


def test_the_channels_sum_to_the_total(counted: Cells) -> None:
    """Applications, hires and costs of all channels, and of each attribution model one million a hire."""
    for basis in ("decision", "cohort"):
        total = summed(t for k, t in counted.items() if (k.dimension, k.basis) == (TOTAL, basis))
        parts = summed(
            t for k, t in counted.items() if (k.dimension, k.basis) == ("channel", basis)
        )
        credit = {name: parts.pop(name) for name in list(parts) if name.startswith("hire_credit.")}

        assert total == parts
        assert set(credit.values()) == {1_000_000 * total["hired"]}


def test_flow_and_cohort_differ_and_both_are_right(counted: Cells) -> None:
    """In May nobody applied, and yet a rejection was decided: no rate by cohort, 0 % by decision."""
    may = range(date(2026, 5, 1).toordinal() - EPOCH_DAY, date(2026, 5, 31).toordinal() - EPOCH_DAY)
    screened = BY_ID["screen_pass_rate"]
    by_basis = {
        basis: summed(
            t
            for k, t in counted.items()
            if k[1:3] == (TOTAL, ALL) and k.basis == basis and k.day in may
        )
        for basis in ("decision", "cohort")
    }

    assert measure(screened, by_basis["decision"]).value == 0
    assert measure(screened, by_basis["cohort"]).value is None
