"""`hirelay import --undo RUN`: take back what a run told."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from rich.console import Console

from schemas.tenants.config import Connection, Tenant
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.tools.importing import connection as importing_connection
from streams.tools.importing import report_text
from streams.tools.importing import report_words as words
from streams.tools.importing.arrival import StoredFacts, await_arrival, open_stored_facts
from streams.tools.importing.batches import pack
from streams.tools.importing.journal import Journal
from streams.tools.importing.kpi_changes import KpiChanges
from streams.tools.importing.kpi_report import open_kpi_changes, render_kpis
from streams.tools.importing.report_printer import ReportPrinter, TerminalOutput
from streams.tools.importing.sender import GatewayReply, Sender, SendResult, send
from streams.tools.importing.settling import undo as undoing


@dataclass(frozen=True, kw_only=True)
class UndoRequest:
    """The run to take back, through which connection; without `apply` it is only said what would happen."""

    connection: str
    run: str
    apply: bool = False
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class UndoPlan:
    """What undoing a run does: to each fact, to the KPIs of the company, and how many events by type it cannot reach."""

    tenant: Tenant
    connection: Connection
    stored: StoredFacts
    steps: tuple[undoing.Undoing, ...]
    beside: Mapping[str, int]
    kpis: KpiChanges


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
    plan = open_undo(settings, request, now)
    language = request.language or plan.tenant.language
    printer = ReportPrinter(output=TerminalOutput(console=console), language=language)
    say_plan(plan, request.run, printer)
    if not request.apply:
        printer.say(words.DRY_UNDO)
        return True
    sent = send_undo(plan, settings, environ, now)
    report_text.render_result(sent, undo_id(now), printer)
    await_arrival(plan.stored, undo_id(now), sent, printer)
    return not sent.failure and not sent.set_aside


def open_undo(settings: Settings, request: UndoRequest, now: datetime) -> UndoPlan:
    """What undoing the run would do; raise Misconfigured if the run told nothing through the connection."""
    tenant, connection = importing_connection.find_connection(settings, request.connection)
    stored = open_stored_facts(settings, tenant, connection, is_new=False, required=True)
    undone = undoing.UndoneRun(
        tenant=tenant.id, connection=connection.id, run=request.run, prefix=connection.id_prefix
    )
    steps = tuple(undoing.undoings(stored.client, undone, now))
    beside = undoing.beside(stored.client, undone)
    if not steps and not beside:
        msg = f"no run {request.run!r} through connection {request.connection}; its id was printed when it was sent"
        raise Misconfigured(msg)
    kpis = open_kpi_changes(settings, tenant, connection, stored, now)
    add_undoings(kpis, steps)
    return UndoPlan(
        tenant=tenant, connection=connection, stored=stored, steps=steps, beside=beside, kpis=kpis
    )


def undo_id(now: datetime) -> str:
    """The id of the run that undoes another one at that instant."""
    return f"import-{now:%Y%m%d-%H%M%S}-undo"


def send_undo(
    plan: UndoPlan, settings: Settings, environ: Mapping[str, str], now: datetime
) -> SendResult:
    """Send the events, each once."""
    target = importing_connection.import_target(settings, plan.connection, environ)
    bodies = [body for step in plan.steps if (body := step.body) is not None]
    with tempfile.TemporaryDirectory(prefix="hirelay-import-") as folder:
        batch_journal = Journal(Path(folder) / "undo")
        sender = Sender(target=target, post=_not_connected, journal=batch_journal, run=undo_id(now))
        return asyncio.run(send(sender, pack(bodies, settings.gateway_body_bytes)))


def add_undoings(kpis: KpiChanges, steps: Iterable[undoing.Undoing]) -> None:
    """Count how the undoing changes the KPIs of the company; facts of one entity follow each other."""
    for entity, group in groupby(steps, key=lambda step: step.entity):
        events = [step.event for step in group if step.event is not None]
        kpis.add(entity, kpis.announced(events), is_known=True)
    kpis.finish()


def say_plan(plan: UndoPlan, run: str, printer: ReportPrinter) -> None:
    """Write what undoing the run does."""
    counts = Counter(
        "left" if step.event is None else "restored" if step.restored else "taken"
        for step in plan.steps
    )
    printer.say(
        words.UNDOING,
        run=run,
        taken=counts["taken"],
        restored=counts["restored"],
        left=counts["left"],
    )
    for event_type, count in plan.beside.items():
        printer.say(words.UNDO_LEAVES, n=count, type=event_type)
    render_kpis(plan.kpis, plan.stored.client, printer)


async def _not_connected(_body: bytes, _headers: dict[str, str]) -> GatewayReply:
    """Placeholder until the HTTP session is open."""
    return GatewayReply(status=0)
