"""The KPI catalogue: every published number is one row in `schemas.kpis.definitions`."""

from collections.abc import Iterable

from schemas.cells import FULL_DIMENSIONS, INTERVIEWER, Basis
from schemas.kpis.definition import Kpi
from schemas.kpis.definitions import (
    endings,
    funnel,
    interviewing,
    money,
    offers,
    quality,
    rejections,
    relay,
    retention,
    times,
)

VERSION = 3  # bumped whenever a definition changes; printed with every number

KPIS: tuple[Kpi, ...] = (
    *funnel.KPIS,
    *endings.KPIS,
    *interviewing.KPIS,
    *offers.KPIS,
    *times.KPIS,
    *retention.KPIS,
    *money.KPIS,
    *quality.KPIS,
    *relay.KPIS,
    *rejections.KPIS,
)
BY_ID = {kpi.id: kpi for kpi in KPIS}
# The KPI whose n is the size of a member, for lists with the largest member first; without it the sum of every n is.
MEMBER_SIZE = next((kpi for kpi in KPIS if kpi.member_size), None)
ENTRY_MEASURES = tuple(
    sorted({kpi.entered for kpi in KPIS if kpi.entered})
)  # measures that count entries into a duration


def definition_of(id_: str) -> Kpi:
    """Return the definition of a KPI named by an earlier record; if it was deleted since, one that repeats the id."""
    if id_ in BY_ID:
        return BY_ID[id_]
    return Kpi(id=id_, ja=id_, en=id_, kind="count", unit="count", explain_ja="", explain_en="")


def placed(panel: str, kpis: Iterable[Kpi] = KPIS) -> tuple[Kpi, ...]:
    """Return the KPIs that stand on a panel, in its order; none if every one of them was deleted."""
    places = [(place.order, kpi) for kpi in kpis for place in kpi.panels if place.panel == panel]
    return tuple(kpi for _, kpi in sorted(places, key=lambda row: row[0]))


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
