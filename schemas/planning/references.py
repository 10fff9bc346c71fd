"""What targets and alert rules are both about, a number of somebody: refusals that say what was meant."""

import unicodedata

from schemas.cells import CHANNEL, DIMENSIONS
from schemas.did_you_mean import meant
from schemas.kpis.catalogue import BY_ID


def known_kpi(value: str) -> str:
    """The id; ValueError where it is not in the catalogue."""
    if value not in BY_ID:
        msg = f"no KPI {value!r}{meant(value, BY_ID)}"
        raise ValueError(msg)
    return value


def known_dimension(value: str) -> str:
    """The dimension; ValueError where nothing is counted by it."""
    if value not in DIMENSIONS:
        msg = f"no dimension {value!r}{meant(value, DIMENSIONS)}"
        raise ValueError(msg)
    return value


def as_counted(member: str, dimension: object) -> str:
    """A channel as the gateway writes it, whose names are ids: NFKC, spaces collapsed; another member as it is."""
    if dimension != CHANNEL:
        return member
    return " ".join(unicodedata.normalize("NFKC", member).split())
