"""`hirelay import`: read the file, report, and send with `--apply`."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from streams.configuration.settings import Settings
from streams.tools.importing import connection as importing_connection
from streams.tools.importing import journal, map_file, report
from streams.tools.importing.batches import EventBatch, batches, refuse_future, refuse_oversized
from streams.tools.importing.journal import Journal
from streams.tools.importing.readings import Reading
from streams.tools.importing.sender import GatewayReply, Sender, SendResult, send
from streams.tools.importing.source import ImportSource, open_source
from streams.tools.progress import counted


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """The options of one import; without `map_path` the headers of a table determine the map."""

    path: Path
    connection: str
    map_path: Path | None = None
    state: Path | None = None
    apply: bool = False
    restart: bool = False
    report: Path | None = None


def run(
    settings: Settings, request: ImportRequest, environ: Mapping[str, str], console: Console
) -> bool:
    """Report, and send with `apply`; return whether every row was valid and everything sent was accepted.

    Raises Misconfigured and Unreadable before anything is sent.
    """
    tenant, connection = importing_connection.find_connection(settings, request.connection)
    import_map = None if request.map_path is None else map_file.load(request.map_path)
    import_source = open_source(request.path, import_map, tenant.timezone)
    target = (
        importing_connection.import_target(settings, connection, environ) if request.apply else None
    )
    summary = report.summarize(counted(readings(import_source, settings), "rows read"))
    report.render(summary, import_source, console)
    if request.report is not None:
        report.write_csv(summary, request.report)
    if target is None:
        message = "Nothing was sent: this was a dry run. Add --apply to send the valid rows."
        console.print(message, highlight=False, markup=False, soft_wrap=True)
        return summary.refused == 0
    sent = _send(
        Sender(target=target, post=_not_connected, journal=_open_journal(request, connection.id)),
        import_source,
        settings,
        summary.events,
    )
    report.render_result(sent, console)
    return summary.refused == 0 and not sent.failure and not sent.set_aside


def readings(import_source: ImportSource, settings: Settings) -> Iterator[Reading]:
    """The rows of the file; rows that the gateway could not accept now are refused."""
    checked = refuse_future(import_source.readings(), datetime.now(UTC))
    return refuse_oversized(checked, import_source.mode, settings.gateway_body_bytes)


def import_batches(import_source: ImportSource, settings: Settings) -> Iterator[EventBatch]:
    """All events of the valid rows; the same file and map give the same batches."""
    events = (event for reading in readings(import_source, settings) for event in reading.events)
    return batches(events, import_source.mode, settings.gateway_body_bytes)


def _open_journal(request: ImportRequest, connection: str) -> Journal:
    """Return the journal of batches confirmed before, which a restart empties."""
    batch_journal = Journal(journal.journal_path(request.path, connection, request.state))
    if request.restart:
        batch_journal.clear()
    return batch_journal


def _send(
    sender: Sender, import_source: ImportSource, settings: Settings, total: int
) -> SendResult:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("sending events", total=total)
        sender.progress = lambda n: bar.advance(task, n)
        return asyncio.run(send(sender, import_batches(import_source, settings)))


async def _not_connected(_body: bytes, _headers: dict[str, str]) -> GatewayReply:
    """Placeholder until the HTTP session is open."""
    return GatewayReply(status=0)
