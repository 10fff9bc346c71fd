"""The state of the page: one person, some files, and what is known of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from schemas.tenants.config import Connection, Tenant
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.tools.importing import report_text, run, undo_run
from streams.tools.importing.arrival import await_arrival, open_stored_facts
from streams.tools.importing.connection import VENDOR
from streams.tools.importing.map_file import Map
from streams.tools.importing.outcome import ImportOutcome, ImportSetting
from streams.tools.importing.report_printer import CollectedOutput, ReportPrinter
from streams.tools.importing.run import ImportRequest
from streams.tools.importing.settling.runs import PastRun, past_runs
from streams.tools.importing.ui.jobs import Job
from streams.tools.importing.ui.proposals import FileProposal
from streams.tools.tables import TextTable

Blocks = list[str | TextTable]


@dataclass
class UploadedFile:
    """A file of the import: its proposal, and its map once the form was read."""

    proposal: FileProposal
    map: Map | None = None


@dataclass
class ImportSession:
    """What the page works on; its files lie in `folder`. `language` is that of the page."""

    settings: Settings
    environ: Mapping[str, str]
    folder: Path
    clock: Callable[[], datetime]
    language: str = "ja"
    connection: str = ""
    files: list[UploadedFile] = field(default_factory=list)
    job: Job | None = None
    blocks: Blocks = field(default_factory=list)
    outcome: ImportOutcome | None = None
    undoing: str = ""
    is_over: bool = False

    @property
    def is_busy(self) -> bool:
        """Whether something runs in the background."""
        return self.job is not None and self.job.state == "running"

    def connections(self) -> list[tuple[Tenant, Connection]]:
        """The connections through which tables can be imported."""
        tenancy = load_tenancy(self.settings.config)
        return [
            (tenant, connection)
            for tenant in tenancy.tenants
            for connection in tenant.connections
            if connection.vendor == VENDOR
        ]

    def runs(self) -> list[PastRun]:
        """The latest runs through the chosen connection; none without a ClickHouse."""
        for tenant, connection in self.connections():
            if connection.id == self.connection:
                stored = open_stored_facts(
                    self.settings, tenant, connection, is_new=False, required=False
                )
                client = stored.client
                return [] if client is None else past_runs(client, tenant.id, connection.id)
        return []

    def start(self, page: str, work: Callable[[Job, CollectedOutput], None]) -> None:
        """Do the work in the background, then show the page; raise Misconfigured while something else runs."""
        if self.is_busy:
            msg = "something is running already: wait until it has ended"
            raise Misconfigured(msg)
        job, output = Job(page), CollectedOutput()
        self.job, self.blocks, self.outcome, self.is_over = job, output.blocks, None, False
        job.run(lambda: work(job, output))

    def check(self) -> None:
        """Read the files as the maps say, and report what would come of it."""
        self.start("report", lambda job, output: self._execute(job, output, ()))

    def apply(self, accepted: tuple[str, ...]) -> None:
        """Send what the files tell, if no warning is left that is not accepted."""

        def work(job: Job, output: CollectedOutput) -> None:
            self._execute(job, output, accepted, apply=True)
            self.is_over = self.outcome is not None and bool(self.outcome.run)

        self.start("report", work)

    def _execute(
        self, job: Job, output: CollectedOutput, accepted: tuple[str, ...], *, apply: bool = False
    ) -> None:
        request = ImportRequest(
            paths=tuple(file.proposal.path for file in self.files),
            connection=self.connection,
            loaded_maps=tuple(file.map for file in self.files),
            accepted=accepted,
            apply=apply,
            language=self.language,
        )
        setting = ImportSetting(
            settings=self.settings,
            environ=self.environ,
            now=self.clock(),
            output=output,
            progress=job,
        )
        self.outcome = run.execute(request, setting)

    def plan_undo(self, past_run: str) -> None:
        """Report what undoing the run would do."""
        self.undoing = past_run
        self.start("undo", lambda _, output: self._undo(output))

    def undo(self) -> None:
        """Undo the run of which the plan was reported."""

        def work(_: Job, output: CollectedOutput) -> None:
            self._undo(output, apply=True)
            self.is_over = True

        self.start("undo", work)

    def _undo(self, output: CollectedOutput, *, apply: bool = False) -> None:
        now = self.clock()
        request = undo_run.UndoRequest(connection=self.connection, run=self.undoing)
        plan = undo_run.open_undo(self.settings, request, now)
        printer = ReportPrinter(output=output, language=self.language)
        undo_run.say_plan(plan, self.undoing, printer)
        if not apply:
            return
        sent = undo_run.send_undo(plan, self.settings, self.environ, now)
        report_text.render_result(sent, undo_run.undo_id(now), printer)
        await_arrival(plan.stored, undo_run.undo_id(now), sent, printer)
