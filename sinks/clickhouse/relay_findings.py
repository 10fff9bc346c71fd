"""Publishes what the ledgers of Career Relay say, so that boards can show it."""

from collections.abc import Sequence
from typing import Any

from sinks.clickhouse.rows import RelayFinding
from sinks.clickhouse.writer import Writer

PUBLISHED = """
select *
from v_relay_findings
where tenant = {tenant:String}
order by panel, position
"""
NEXT = "select max(version) + 1 from relay_findings where tenant = {tenant:String}"


def publish(client: Any, tenant: str, rows: Sequence[RelayFinding]) -> bool:
    """Write the rows of a company, at least one, if they have changed; return whether they have."""
    parameters = {"tenant": tenant}
    published = client.query(PUBLISHED, parameters=parameters).result_rows
    ordered = sorted(rows, key=lambda row: (row.panel, row.position))
    if [tuple(row) for row in published] == [row[:-1] for row in ordered]:
        return False
    ((version,),) = client.query(NEXT, parameters=parameters).result_rows
    numbered = [row._replace(version=version) for row in ordered]
    Writer(client).write(numbered, f"relay-findings-{tenant}-{version}")
    return True
