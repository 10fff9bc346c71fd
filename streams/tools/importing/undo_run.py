"""`hirelay import --undo RUN`: take back what a run told."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from schemas.tenants.config import Connection
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.tools.importing import connection as importing_connection
from streams.tools.importing import report_text
from streams.tools.importing import report_words as words
from streams.tools.importing.arrival import await_arrival, open_stored_facts
from streams.tools.importing.batches import pack
from streams.tools.importing.connection import ImportTarget
from streams.tools.importing.journal import Journal
from streams.tools.importing.report_printer import ReportPrinter
from streams.tools.importing.sender import GatewayReply, Sender, SendResult, send
from streams.tools.importing.settling import undo as undoing


@dataclass(frozen=True, kw_only=True)
class UndoRequest:
    """The run to take back, through which connection; without `apply` it is only said what would happen."""

    connection: str
    run: str
    apply: bool = False
    language: str | None = None


def undo(
    settings: Settings,
    request: UndoRequest,
    environ: Mapping[str, str],
    console: Console,
    now: datetime,
) -> bool:
    """Say what undoing the run does, and do it with `apply`; return whether all of it was accepted.

    Raises Misconfigured if the run told nothing through the connection.
    """
    tenant, connection = importing_connection.find_connection(settings, request.connection)
    _check_prefix(connection)
    stored = open_stored_facts(settings, tenant, connection, is_new=False, required=True)
    parameters = {"tenant": tenant.id, "connection": connection.id, "run": f"{request.run}-"}
    steps = list(undoing.undoings(stored.client, parameters, now))
    beside = undoing.beside(stored.client, parameters)
    printer = ReportPrinter(console=console, language=request.language or tenant.language)
    _say_plan(steps, beside, request, printer)
    if not request.apply:
        printer.say(words.DRY_UNDO)
        return True
    target = importing_connection.import_target(settings, connection, environ)
    run_id = f"import-{now:%Y%m%d-%H%M%S}-undo"
    bodies = [step.body for step in steps if step.body is not None]
    sent = _send(bodies, target, run_id, settings.gateway_body_bytes)
    report_text.render_result(sent, run_id, printer)
    await_arrival(stored, run_id, sent, printer)
    return not sent.failure and not sent.set_aside


def _send(bodies: list[bytes], target: ImportTarget, run_id: str, max_bytes: int) -> SendResult:
    """Send the events, each once."""
    with tempfile.TemporaryDirectory(prefix="hirelay-import-") as folder:
        batch_journal = Journal(Path(folder) / "undo")
        sender = Sender(target=target, post=_not_connected, journal=batch_journal, run=run_id)
        return asyncio.run(send(sender, pack(bodies, max_bytes)))


def _check_prefix(connection: Connection) -> None:
    """Raise Misconfigured for a connection whose ids have a prefix, which would be put before them twice."""
    if connection.id_prefix:
        msg = (
            f"runs through {connection.id} cannot be taken back, because it puts {connection.id_prefix!r} before ids: import the "
            "files from before again, which corrects what the run told"
        )
        raise Misconfigured(msg)


def _say_plan(
    steps: list[undoing.Undoing],
    beside: dict[str, int],
    request: UndoRequest,
    printer: ReportPrinter,
) -> None:
    if not steps and not beside:
        msg = f"no run {request.run!r} through connection {request.connection}; its id was printed when it was sent"
        raise Misconfigured(msg)
    counts = Counter(
        "left" if step.body is None else "restored" if step.restored else "taken" for step in steps
    )
    printer.say(
        words.UNDOING,
        run=request.run,
        taken=counts["taken"],
        restored=counts["restored"],
        left=counts["left"],
    )
    for event_type, count in beside.items():
        printer.say(words.UNDO_LEAVES, n=count, type=event_type)


async def _not_connected(_body: bytes, _headers: dict[str, str]) -> GatewayReply:
    """Placeholder until the HTTP session is open."""
    return GatewayReply(status=0)
