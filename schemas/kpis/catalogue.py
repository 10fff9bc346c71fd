"""The KPI catalogue: every number we show is one row in `schemas.kpis.definitions`."""

from schemas.cells import FULL, INTERVIEWER, Basis
from schemas.kpis.definition import Kpi
from schemas.kpis.definitions import funnel, interviewing, money, offers, retention, times

VERSION = 1  # changes whenever a definition does; printed with every number

KPIS: tuple[Kpi, ...] = (
    *funnel.KPIS,
    *interviewing.KPIS,
    *offers.KPIS,
    *times.KPIS,
    *retention.KPIS,
    *money.KPIS,
)
BY_ID = {kpi.id: kpi for kpi in KPIS}
ENTERED = tuple(sorted({kpi.entered for kpi in KPIS if kpi.entered}))  # who began a duration


def of(dimension: str, basis: Basis | None = None) -> tuple[Kpi, ...]:
    """The KPIs that make sense of the members of a dimension, on a basis."""
    return tuple(
        kpi
        for kpi in KPIS
        if (basis is None or basis in kpi.bases)
        and (not kpi.only or dimension in kpi.only)
        and (dimension != INTERVIEWER or kpi.people)
        and (kpi.additive or dimension in FULL or kpi.people)
    )
