"""What deliveries count, without gateway, Kafka and worker: translated, written as packs, folded."""

from collections.abc import Sequence
from datetime import date, timedelta

from schemas.cells import Cells
from schemas.events import packs
from schemas.funnel.rules import TenantRules
from schemas.tenants.config import Tenancy
from schemas.tenants.mapping_snapshot import meaning
from streams.ingest.kafka.packer import encode
from streams.tools.verify.comparison import Oracle
from tests.ingest.gateways import Fixture, tenancy


def cells(deliveries: Sequence[Fixture], settings: Tenancy | None = None) -> Cells:
    """Every cell of the tenant acme."""
    oracle = Oracle()
    for offset, delivery in enumerate(deliveries):
        events = delivery.translated().events
        if events:
            oracle.read(offset, packs.encode([encode(event) for event in events]))
    return oracle.cells(TenantRules(meaning(settings or tenancy())))


def happened(measure: str) -> bool:
    """Whether the measure says that something happened, not how long it took."""
    return not measure.rpartition(".")[2].lstrip("-").isdigit()


def totals(found: Cells) -> dict[date, dict[str, int]]:
    """What happened in the whole company by local day, on the decision basis."""
    return {
        date(1970, 1, 1) + timedelta(key.day): counted
        for key, tally in found.items()
        if (key.dimension, key.basis) == ("total", "decision")
        and (counted := {name: n for name, n in tally.items() if happened(name)})
    }


def summed(deliveries: Sequence[Fixture], settings: Tenancy | None = None) -> dict[str, int]:
    """The measures of the whole company over all days."""
    found: dict[str, int] = {}
    for tally in totals(cells(deliveries, settings)).values():
        for measure, n in tally.items():
            found[measure] = found.get(measure, 0) + n
    return found
