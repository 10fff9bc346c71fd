"""Read from ClickHouse what was imported before, and wait until a run has arrived there."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from schemas.errors import Unavailable
from schemas.tenants.config import Connection, Tenant
from sinks.clickhouse.client import connect
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.tools.importing import report_words as words
from streams.tools.importing.report_printer import ReportPrinter
from streams.tools.importing.sender import SendResult
from streams.tools.importing.settling.stored import ArchivedFacts, Lookup, nothing_stored

ARRIVED_SQL = """
select uniqExact(event_id)
from v_events
where tenant = {tenant:String}
    and connection = {connection:String}
    and startsWith(JSONExtractString(body, 'deliveryid'), {run:String})
"""
CLIENT_LOGGERS = ("urllib3.connectionpool", "clickhouse_connect")
PAUSE_S = 0.5
PATIENCE_S = 20.0  # without a further event, what is missing came with an earlier, interrupted run


@dataclass(frozen=True, kw_only=True)
class StoredFacts:
    """The look-up of what was imported before, and its client; without one, `note` says why nothing is compared."""

    tenant: str
    connection: str
    lookup: Lookup = nothing_stored
    client: Any = None
    note: str = ""

    def arrived(self, run: str) -> int:
        """How many events of the run are in ClickHouse."""
        parameters = {"tenant": self.tenant, "connection": self.connection, "run": f"{run}-"}
        rows = self.client.query(ARRIVED_SQL, parameters=parameters).result_rows
        return int(rows[0][0])


def open_stored_facts(
    settings: Settings, tenant: Tenant, connection: Connection, *, is_new: bool, required: bool
) -> StoredFacts:
    """What is known of the connection; raise Misconfigured if it must be and cannot."""
    if is_new:
        return StoredFacts(tenant=tenant.id, connection=connection.id)
    try:
        with _without_warnings_of(*CLIENT_LOGGERS):
            client = connect(settings.clickhouse_access)
    except Unavailable as error:
        if required:
            msg = (
                f"what was imported before cannot be read, so that corrections would be counted twice: {error.detail}. Start "
                "ClickHouse, or give --new if nothing was imported through this connection before"
            )
            raise Misconfigured(msg) from error
        note = "not compared with what was imported before, because ClickHouse is not reachable"
        return StoredFacts(tenant=tenant.id, connection=connection.id, note=note)
    lookup = ArchivedFacts(
        client=client, tenant=tenant.id, connection=connection.id, prefix=connection.id_prefix
    )
    return StoredFacts(tenant=tenant.id, connection=connection.id, lookup=lookup, client=client)


@contextmanager
def _without_warnings_of(*loggers: str) -> Iterator[None]:
    """Keep libraries from logging a refused connection, of which the command itself says what follows."""
    levels = {name: logging.getLogger(name).level for name in loggers}
    for name in loggers:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def await_arrival(
    stored: StoredFacts,
    run: str,
    sent: SendResult,
    printer: ReportPrinter,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Return once the events of the run are in ClickHouse, where the next import compares with them; say if they are not."""
    if stored.client is None or not sent.events:
        return
    waited, arrived = 0.0, 0
    while (count := stored.arrived(run)) < sent.events and waited < PATIENCE_S:
        waited = waited + PAUSE_S if count == arrived else 0.0
        arrived = count
        sleep(PAUSE_S)
    if count < sent.events:
        printer.say(words.NOT_ARRIVED, n=count, of=sent.events)
