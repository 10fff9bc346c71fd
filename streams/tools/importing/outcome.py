"""Where an import runs, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from streams.configuration.settings import Settings
from streams.tools.importing.progress import ImportProgress, TerminalProgress
from streams.tools.importing.report_printer import ReportOutput
from streams.tools.importing.warnings import Consequence


@dataclass(frozen=True, kw_only=True)
class ImportSetting:
    """Where an import runs: settings, environment, instant, and who is told of its report and its progress."""

    settings: Settings
    environ: Mapping[str, str]
    now: datetime
    output: ReportOutput
    progress: ImportProgress = field(default_factory=TerminalProgress)


@dataclass(frozen=True, kw_only=True)
class ImportOutcome:
    """What became of a run: whether every row was valid and everything sent accepted, and the warnings in their order.

    `may_send` says that no warning keeps it from being sent, `run` is its id if it was. `stories` tell a few applications in
    words.
    """

    succeeded: bool
    may_send: bool = False
    warnings: tuple[Consequence, ...] = ()
    run: str = ""
    stories: tuple[str, ...] = ()
