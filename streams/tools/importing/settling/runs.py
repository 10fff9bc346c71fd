"""The runs that came through a connection, read from ClickHouse."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

MAX_RUNS = 20
RUNS_SQL = """
select
    extract(JSONExtractString(body, 'deliveryid'), '^(import-.+)-[0-9a-f]{24}$') as run,
    count() as events,
    min(recordedtime) as started
from v_events
where tenant = {tenant:String}
    and connection = {connection:String}
    and startsWith(JSONExtractString(body, 'deliveryid'), 'import-')
group by run
having run != ''
order by started desc
limit {limit:UInt32}
"""


@dataclass(frozen=True, kw_only=True)
class PastRun:
    """A run by its id: how many events it sent, and when its first one was received."""

    id: str
    events: int
    started: datetime


def past_runs(client: Any, tenant: str, connection: str) -> list[PastRun]:
    """The latest runs through the connection, the last one first."""
    parameters = {"tenant": tenant, "connection": connection, "limit": MAX_RUNS}
    rows = client.query(RUNS_SQL, parameters=parameters).result_rows
    return [PastRun(id=run, events=events, started=started) for run, events, started in rows]
