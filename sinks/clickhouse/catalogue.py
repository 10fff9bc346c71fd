"""Publishes the KPI catalogue to ClickHouse, so that views compute what the code computes."""

import hashlib
import json
from typing import Any

from schemas.kpis.catalogue import KPIS
from schemas.kpis.definition import Kpi
from sinks.clickhouse import ledger
from sinks.clickhouse.rows import KpiDefinition, KpiMeasure
from sinks.clickhouse.writer import Writer

NAME = "catalogue"
BETTER = {True: 1, False: -1, None: 0}

STORED_COUNTS = """
select
    (select uniqExact(id) from kpi_definitions where version = (select max(version) from kpi_definitions)),
    (select uniqExact(kpi, part, pattern) from kpi_measures where version = (select max(version) from kpi_measures))
"""


def publish(client: Any) -> bool:
    """Write the catalogue if it has changed or is incomplete, as after damage to its files; return whether it did."""
    definitions, measures = rows = _rows(0)
    checksum = hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()
    counts = (len(definitions), len(measures))
    is_whole = client.query(STORED_COUNTS).result_rows == [counts]
    if is_whole and ledger.load(client).get(NAME) == checksum:
        return False
    ((version,),) = client.query("select max(version) + 1 from kpi_definitions").result_rows
    writer = Writer(client)
    for table in _rows(version):
        writer.write(table, f"{NAME}-{version}")
    ledger.record(client, NAME, checksum)
    return True


def _rows(version: int) -> tuple[list[KpiDefinition], list[KpiMeasure]]:
    definitions = [_definition(number, kpi, version) for number, kpi in enumerate(KPIS)]
    return definitions, [row for kpi in KPIS for row in _measures(kpi, version)]


def _definition(position: int, kpi: Kpi, version: int) -> KpiDefinition:
    return KpiDefinition(
        id=kpi.id,
        position=position,
        ja=kpi.ja,
        en=kpi.en,
        explain_ja=kpi.explain_ja,
        explain_en=kpi.explain_en,
        kind=kpi.kind,
        unit=kpi.unit,
        scale=float(kpi.scale),
        share=kpi.share,
        upto=kpi.limit,
        about=kpi.of,
        outcome=kpi.outcome,
        entered=kpi.entered,
        bases=list(kpi.bases),
        better=BETTER[kpi.higher_is_better],
        minimum_n=kpi.minimum_n,
        requires=int(bool(kpi.requires)),
        version=version,
    )


def _measures(kpi: Kpi, version: int) -> list[KpiMeasure]:
    parts = (
        ("numerator", kpi.numerator),
        ("denominator", kpi.denominator),
        ("requires", kpi.requires),
    )
    return [
        KpiMeasure(kpi.id, part, pattern, version)
        for part, patterns in parts
        for pattern in patterns
    ]
