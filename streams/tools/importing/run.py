"""`hirelay import`: read, report, and where it is asked for, send."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from streams.configuration.settings import Settings
from streams.tools.importing import connection as importing_connection
from streams.tools.importing import journal, map_file, report
from streams.tools.importing.batches import EventBatch, batches, fitting
from streams.tools.importing.journal import Journal
from streams.tools.importing.readings import Reading
from streams.tools.importing.sender import GatewayReply, Sender, SendResult, send
from streams.tools.importing.source import ImportSource, source


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """What was asked for; without `written` the headers of a table speak for themselves."""

    path: Path
    connection: str
    written: Path | None = None
    state: Path | None = None
    apply: bool = False
    restart: bool = False
    report: Path | None = None


def run(
    settings: Settings, wanted: ImportRequest, environ: Mapping[str, str], console: Console
) -> bool:
    """Report, and send with `apply`; answer whether every row was sound and everything sent was accepted.

    Raises Misconfigured and Unreadable before anything is sent.
    """
    tenant, connection = importing_connection.owner(settings, wanted.connection)
    written = None if wanted.written is None else map_file.load(wanted.written)
    found = source(wanted.path, written, tenant.timezone)
    opened = importing_connection.door(settings, connection, environ) if wanted.apply else None
    seen = report.report_of(readings(found, settings))
    report.render(seen, found, console)
    if wanted.report is not None:
        report.write(seen, wanted.report)
    if opened is None:
        told = "Nothing was sent: this was a dry run. Add --apply to send the sound rows."
        console.print(told, highlight=False, markup=False, soft_wrap=True)
        return seen.refused == 0
    kept = Journal(journal.place(wanted.path, connection.id, wanted.state))
    if wanted.restart:
        kept.forget()
    sent = _send(Sender(door=opened, post=_nowhere, journal=kept), found, settings, seen.events)
    report.render_sent(sent, console)
    return seen.refused == 0 and not sent.failure and not sent.set_aside


def readings(found: ImportSource, settings: Settings) -> Iterator[Reading]:
    """The rows of the file, those refused that the gateway could not take."""
    return fitting(found.readings(), found.mode, settings.gateway_body_bytes)


def packed(found: ImportSource, settings: Settings) -> Iterator[EventBatch]:
    """All events of the sound rows; the same file and map give the same batches."""
    told = (each for reading in readings(found, settings) for each in reading.told)
    return batches(told, found.mode, settings.gateway_body_bytes)


def _send(sender: Sender, found: ImportSource, settings: Settings, total: int) -> SendResult:
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
        return asyncio.run(send(sender, packed(found, settings)))


async def _nowhere(_body: bytes, _headers: dict[str, str]) -> GatewayReply:
    """Until there is a connection over HTTP."""
    return GatewayReply(status=0)
