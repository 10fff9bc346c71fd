"""Folds deliveries into cells without gateway, Kafka and worker."""

from collections.abc import Sequence
from datetime import date, timedelta

from schemas.cells import Cells, without_zeros
from schemas.events import packs
from schemas.funnel.rules import TenantRules
from schemas.tenants.config import Tenancy
from schemas.tenants.mapping_snapshot import snapshot_mapping
from streams.ingest.kafka.publisher import encode
from streams.tools.verify.oracle import Oracle
from tests.ingest.gateways import Fixture, tenancy


def folded_cells(deliveries: Sequence[Fixture], settings: Tenancy | None = None) -> Cells:
    """Return all cells of the tenant acme, without what depends on the order of arrival."""
    oracle = Oracle()
    for offset, delivery in enumerate(deliveries):
        events = delivery.translated().events
        if events:
            oracle.add(offset, packs.encode([encode(event).body for event in events]))
    cells = oracle.cells(TenantRules(snapshot_mapping(settings or tenancy())))
    return without_zeros(
        {
            key: {name: n for name, n in tally.items() if not name.startswith("quality.")}
            for key, tally in cells.items()
        }
    )


# Measures that follow from others: the denominators of rates per application, and their numerators.
DERIVED = frozenset({"applications_rated", "offered", "final_offered"})


def counts_occurrences(measure: str) -> bool:
    """Return whether the measure counts occurrences rather than durations or what follows from others."""
    is_duration = measure.rpartition(".")[2].lstrip("-").isdigit()
    return not is_duration and measure not in DERIVED


def daily_totals(folded: Cells) -> dict[date, dict[str, int]]:
    """Return the company-wide counts by local day, on the decision basis."""
    return {
        date(1970, 1, 1) + timedelta(key.day): counted
        for key, tally in folded.items()
        if (key.dimension, key.basis) == ("total", "decision")
        and (counted := {name: n for name, n in tally.items() if counts_occurrences(name)})
    }


def total_counts(deliveries: Sequence[Fixture], settings: Tenancy | None = None) -> dict[str, int]:
    """Return the company-wide counts over all days."""
    result: dict[str, int] = {}
    for tally in daily_totals(folded_cells(deliveries, settings)).values():
        for measure, n in tally.items():
            result[measure] = result.get(measure, 0) + n
    return result
