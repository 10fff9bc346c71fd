"""The KPI catalogue: every published number is one row in `schemas.kpis.definitions`."""

from schemas.cells import FULL_DIMENSIONS, INTERVIEWER, Basis
from schemas.kpis.definition import Kpi
from schemas.kpis.definitions import funnel, interviewing, money, offers, retention, times

VERSION = 1  # bumped whenever a definition changes; printed with every number

KPIS: tuple[Kpi, ...] = (
    *funnel.KPIS,
    *interviewing.KPIS,
    *offers.KPIS,
    *times.KPIS,
    *retention.KPIS,
    *money.KPIS,
)
BY_ID = {kpi.id: kpi for kpi in KPIS}
ENTRY_MEASURES = tuple(
    sorted({kpi.entered for kpi in KPIS if kpi.entered})
)  # measures that count entries into a duration


def kpis_for(dimension: str, basis: Basis | None = None) -> tuple[Kpi, ...]:
    """Return the KPIs that apply to the members of a dimension; with `basis`, only those defined on it."""
    return tuple(
        kpi
        for kpi in KPIS
        if (basis is None or basis in kpi.bases)
        and (not kpi.only_dimensions or dimension in kpi.only_dimensions)
        and (dimension != INTERVIEWER or kpi.by_interviewer)
        and (kpi.additive or dimension in FULL_DIMENSIONS or kpi.by_interviewer)
    )
