"""`hirelay import`: read the files, report, and send with `--apply`."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from schemas.instants import local_today
from schemas.tenants.config import Connection, Tenant
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.tools.importing import connection as importing_connection
from streams.tools.importing import journal, map_file, report_text, stage_rules, warnings
from streams.tools.importing import report_words as words
from streams.tools.importing.arrival import StoredFacts, await_arrival, open_stored_facts
from streams.tools.importing.batches import batches
from streams.tools.importing.events import RowEvent
from streams.tools.importing.journal import Journal
from streams.tools.importing.kpi_changes import KpiChanges
from streams.tools.importing.kpi_report import open_kpi_changes, render_kpis
from streams.tools.importing.map_file import Map
from streams.tools.importing.outcome import ImportOutcome, ImportSetting
from streams.tools.importing.plan import ImportPlan, PlanOptions, open_plan
from streams.tools.importing.progress import READING, SETTLING, ImportProgress, TerminalProgress
from streams.tools.importing.report import ImportReport, write_csv
from streams.tools.importing.report_printer import ReportPrinter, TerminalOutput
from streams.tools.importing.sender import GatewayReply, Sender, send
from streams.tools.importing.settling.changes import Changes, compare
from streams.tools.importing.settling.settle import Settled
from streams.tools.importing.settling.stored import NOTHING, StoredEntity, with_stored
from streams.tools.importing.source import ImportScope, ImportSource, open_source
from streams.tools.importing.stories import choose_stories


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """The options of one import; without a `language` its report is in that of the company.

    `maps` are one for all files, one per file, or none, so that headers determine the maps. `new` sends without comparing
    with what was imported before. `accepted` names the warnings that do not keep the run from being sent. `loaded_maps`
    are maps, one per file, that are in no file of their own.
    """

    paths: tuple[Path, ...]
    connection: str
    maps: tuple[Path, ...] = ()
    state: Path | None = None
    apply: bool = False
    restart: bool = False
    new: bool = False
    report: Path | None = None
    sheet: str | None = None
    accepted: tuple[str, ...] = ()
    language: str | None = None
    loaded_maps: tuple[Map | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImportRun:
    """One run: its id, its instant, its files, and what is known from before."""

    id: str
    now: datetime
    plan: ImportPlan
    stored: StoredFacts
    kpis: KpiChanges | None = None

    @property
    def mode(self) -> str:
        """The ingestmode of all events: that of logs if a file is one."""
        modes = {source.mode for source in self.plan.sources}
        return "backfill" if "backfill" in modes else "csv"

    def changes(self) -> Iterator[tuple[Settled, Changes, StoredEntity]]:
        """What each entity changes, and what is known of it."""
        for settled, before in with_stored(self.plan.settled(), self.stored.lookup):
            changes = compare(settled, before, self.now, self.plan.options.zone)
            yield settled, changes, before

    def events(self) -> Iterator[RowEvent]:
        """All events to send."""
        for _, changes, _ in self.changes():
            yield from changes.events


def run(
    settings: Settings,
    request: ImportRequest,
    environ: Mapping[str, str],
    console: Console,
    now: datetime,
) -> bool:
    """Report on the terminal, and send with `apply`; return whether all of it succeeded. Raises before that."""
    output = TerminalOutput(console=console)
    setting = ImportSetting(settings=settings, environ=environ, now=now, output=output)
    outcome = execute(request, setting)
    if not outcome.run:
        tenant, _ = importing_connection.find_connection(settings, request.connection)
        printer = ReportPrinter(output=output, language=request.language or tenant.language)
        is_blocked = request.apply and not outcome.may_send
        printer.say(words.BLOCKED if is_blocked else words.DRY_RUN)
    return outcome.succeeded


def execute(request: ImportRequest, setting: ImportSetting) -> ImportOutcome:
    """Report, and send with `apply`; raises Misconfigured, Unreadable or Unavailable before that."""
    settings, now = setting.settings, setting.now
    tenant, connection = importing_connection.find_connection(settings, request.connection)
    sources = open_sources(request, tenant, connection, now)
    target = _open_target(settings, request, connection, setting.environ)
    stored = open_stored_facts(
        settings, tenant, connection, is_new=request.new, required=request.apply
    )
    printer = ReportPrinter(output=setting.output, language=request.language or tenant.language)
    with (
        tempfile.TemporaryDirectory(prefix="hirelay-import-") as folder,
        open_plan(sources, plan_options(settings, tenant, connection, now), Path(folder)) as plan,
    ):
        kpis = open_kpi_changes(settings, tenant, connection, stored, now)
        importing = ImportRun(id=run_id(request, now), now=now, plan=plan, stored=stored, kpis=kpis)
        summary, outcome = _check(importing, request, connection, printer, setting.progress)
        if target is None or not outcome.may_send:
            return outcome
        opened = _open_journal(request, connection.id)
        sender = Sender(target=target, post=_not_connected, journal=opened, run=importing.id)
        is_sent = _send(sender, importing, setting, summary, printer)
        return replace(outcome, succeeded=outcome.succeeded and is_sent, run=importing.id)


def _check(
    importing: ImportRun,
    request: ImportRequest,
    connection: Connection,
    printer: ReportPrinter,
    progress: ImportProgress,
) -> tuple[ImportReport, ImportOutcome]:
    """Read all rows, and write what would come of them."""
    summary = summarize(importing, progress)
    _report(summary, importing, request, printer)
    consequences = warnings.find(summary, connection)
    may_send = not warnings.render(consequences, request.accepted, printer)
    return summary, ImportOutcome(
        succeeded=summary.refused == 0 and may_send,
        may_send=may_send,
        warnings=tuple(consequences),
        stories=tuple(choose_stories(importing.plan.settled(), printer.language)),
    )


def _open_target(
    settings: Settings, request: ImportRequest, connection: Connection, environ: Mapping[str, str]
) -> importing_connection.ImportTarget | None:
    if not request.apply:
        return None
    return importing_connection.import_target(settings, connection, environ)


def run_id(request: ImportRequest, now: datetime) -> str:
    """The id of the run, by which it can be taken back."""
    return f"import-{now:%Y%m%d-%H%M%S}-{journal.digest(*request.paths)[:6]}"


def plan_options(
    settings: Settings, tenant: Tenant, connection: Connection, now: datetime
) -> PlanOptions:
    """What a run through the connection needs beside its files."""
    return PlanOptions(
        now=now,
        max_bytes=settings.gateway_body_bytes,
        zone=ZoneInfo(tenant.timezone),
        pipeline=stage_rules.pipeline(connection),
    )


def _report(
    summary: ImportReport, importing: ImportRun, request: ImportRequest, printer: ReportPrinter
) -> None:
    """Write what would come of the run."""
    sources, stored = importing.plan.sources, importing.stored
    report_text.render(summary, sources, printer)
    if stored.note:
        printer.say(words.NOT_COMPARED)
    if importing.kpis is not None:
        render_kpis(importing.kpis, stored.client, printer)
    if request.report is not None:
        names = tuple(source.path.name for source in sources)
        write_csv(summary, names, request.report, printer.language)


def open_sources(
    request: ImportRequest, tenant: Tenant, connection: Connection, now: datetime
) -> tuple[ImportSource, ...]:
    """The files of the request with their maps."""
    maps = _maps(request)
    today = local_today(now, tenant.timezone)
    return tuple(
        open_source(
            path,
            import_map,
            tenant.timezone,
            ImportScope(
                file=file,
                connection=connection.id,
                today=today,
                endings=stage_rules.endings(connection),
                sheet=request.sheet,
            ),
        )
        for file, (path, import_map) in enumerate(zip(request.paths, maps, strict=True))
    )


def _maps(request: ImportRequest) -> list[Map | None]:
    """The map of each file, None if its headers determine it; raise Misconfigured if there are too many or too few."""
    maps: list[Map | None] = [*request.loaded_maps, *map(map_file.load, request.maps)]
    if len(maps) == 1:
        maps *= len(request.paths)
    maps = maps or [None] * len(request.paths)
    if len(maps) != len(request.paths):
        msg = f"{len(request.paths)} files and {len(maps)} maps: give one map for all files, or one per file in their order"
        raise Misconfigured(msg)
    return maps


def summarize(importing: ImportRun, progress: ImportProgress | None = None) -> ImportReport:
    """The report of all rows and entities of the run."""
    summary, progress = ImportReport(), progress or TerminalProgress()
    if importing.kpis is not None:
        summary.consequences.meaning = importing.kpis.company.meaning
    for reading in progress.track(importing.plan.read(), READING):
        summary.add_row(reading)
    for settled, changes, before in progress.track(importing.changes(), SETTLING):
        is_orphan = settled.is_orphan and not before.is_application
        summary.add_entity(settled, changes, is_orphan=is_orphan)
        if importing.kpis is not None:
            is_known = before != NOTHING
            events = importing.kpis.accepted(changes.events)
            importing.kpis.add(settled.entity, events, is_known=is_known)
    if importing.kpis is not None:
        importing.kpis.finish()
    return summary


def _open_journal(request: ImportRequest, connection: str) -> Journal:
    """Return the journal of batches confirmed before, which a restart empties."""
    batch_journal = Journal(journal.journal_path(request.paths, connection, request.state))
    if request.restart:
        batch_journal.clear()
    return batch_journal


def _send(
    sender: Sender,
    importing: ImportRun,
    setting: ImportSetting,
    summary: ImportReport,
    printer: ReportPrinter,
) -> bool:
    """Send the events, and return whether all were accepted once they are where the next import compares with them."""
    packed = batches(importing.events(), importing.mode, setting.settings.gateway_body_bytes)
    with setting.progress.sending(summary.to_send) as advance:
        sender.progress = advance
        sent = asyncio.run(send(sender, packed))
    report_text.render_result(sent, importing.id, printer)
    await_arrival(importing.stored, importing.id, sent, printer)
    return not sent.failure and not sent.set_aside


async def _not_connected(_body: bytes, _headers: dict[str, str]) -> GatewayReply:
    """Placeholder until the HTTP session is open."""
    return GatewayReply(status=0)
