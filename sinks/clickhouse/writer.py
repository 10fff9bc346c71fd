"""Idempotent inserts of row batches: absolute values with a version."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sinks.clickhouse.rows import (
    AuditRow,
    BreachActionRow,
    BreachRow,
    CandidateEvent,
    CellFlush,
    ConnectionCount,
    EpochRow,
    KpiCell,
    KpiDefinition,
    KpiMeasure,
    MemberRow,
    PlannedTarget,
    Quarantined,
    RelayFinding,
    RelayRow,
    RuleCoverageRow,
    TenantRow,
)

TABLES: dict[type[NamedTuple], str] = {
    KpiCell: "epoch_cells",
    CellFlush: "cell_flushes",
    CandidateEvent: "candidate_events",
    Quarantined: "quarantined",
    EpochRow: "epochs",
    KpiDefinition: "kpi_definitions",
    KpiMeasure: "kpi_measures",
    PlannedTarget: "targets",
    RuleCoverageRow: "rule_coverage",
    ConnectionCount: "connection_counts",
    BreachRow: "breaches",
    BreachActionRow: "breach_actions",
    RelayRow: "relay_ledger",
    RelayFinding: "relay_findings",
    TenantRow: "tenants",
    AuditRow: "audit_log",
    MemberRow: "members",
}


# One block, whatever its size: readers see all rows of a partition (a month of an epoch) or none.
_WHOLE = {
    "async_insert": 0,
    "min_insert_block_size_rows": 100_000_000,
    "min_insert_block_size_bytes": 0,
    "max_insert_block_size": 100_000_000,
}
_PARTS = """
select distinct partition_id
from system.parts
where database = currentDatabase()
    and table = 'epoch_cells'
    and active
    and startsWith(partition, concat('(', toString({epoch:UInt16}), ','))
"""


class Writer:
    """Writes rows to every base table; implements Sink."""

    def __init__(self, client: Any) -> None:
        """`client` is a clickhouse-connect client, used by one thread at a time."""
        self._client = client

    def write(self, rows: Sequence[NamedTuple], token: str) -> None:
        """Return only after ClickHouse has stored the rows, which are all of one model.

        `token` identifies the batch (topic, partitions, offsets) for deduplication; correctness rests on versions.
        Raises the driver's errors; the caller retries with the same rows.
        """
        if not rows:
            return
        model = type(rows[0])
        self._client.insert(
            TABLES[model],
            list(zip(*rows, strict=True)),
            column_names=list(model._fields),
            column_oriented=True,
            settings={**_WHOLE, "insert_deduplication_token": token},
        )

    def replace_targets(self, rows: Sequence[PlannedTarget]) -> None:
        """Replace all targets with these rows, whose versions are set here. Raises as `write`."""
        ((version,),) = self._client.query("select max(version) + 1 from targets").result_rows
        if rows:
            self.write([row._replace(version=version) for row in rows], f"targets-{version}")
        else:
            self._client.command("truncate table targets")

    def replace_rule_coverage(self, rows: Sequence[RuleCoverageRow]) -> None:
        """Replace what rules see with these rows, whose versions are set here. Raises as `write`."""
        ((version,),) = self._client.query("select max(version) + 1 from rule_coverage").result_rows
        if rows:
            self.write([row._replace(version=version) for row in rows], f"rules-{version}")
        else:
            self._client.command("truncate table rule_coverage")

    def forget_names(self) -> None:
        """Drop from disk the names that were replaced or removed. Raises as `write`."""
        self._client.command("optimize table members final")

    def retired_epochs(self) -> set[int]:
        """Return the epochs whose cells are no longer needed."""
        result = self._client.query("select number from epochs final where state = 'retired'")
        return {row[0] for row in result.result_rows}

    def drop_epoch(self, epoch: int) -> None:
        """Drop all cells of an epoch at once; do nothing when there are none. Raises as `write`."""
        for (part,) in self._client.query(_PARTS, parameters={"epoch": epoch}).result_rows:
            self._client.command(f"alter table epoch_cells drop partition id '{part}'")
