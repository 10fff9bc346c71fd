"""The versions of scheduled reports on disk: each appears whole, once, and keeps what has been delivered of it.

`<tenant>/<schedule>/since` is when the schedule was first seen; `<tenant>/<schedule>/<period>/v1/` has the files of a
version, `issue.json`, and a file in `delivered/` for each delivery that is done.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from schemas.reporting.model import Report
from schemas.reporting.schedule import ReportSchedule
from schemas.text.languages import Language
from sinks.delivery.durable_files import sync_directory, write_durable

DRAFT = ".draft-"


@dataclass(frozen=True, kw_only=True)
class IssuedReport:
    """One version of the report of a period, in its directory."""

    directory: Path
    period: str
    version: int

    @property
    def at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self._facts()["at"])

    @property
    def files(self) -> list[Path]:
        """The files for readers."""
        return [self.directory / name for name in self._facts()["files"]]

    def report(self, language: Language) -> Report:
        """Return its numbers in a language in which it was made."""
        return Report.model_validate_json(
            (self.directory / f"numbers-{language}.json").read_bytes()
        )

    def is_delivered(self, delivery: str) -> bool:
        """Whether a delivery is done."""
        return (self.directory / "delivered" / delivery).exists()

    def set_delivered(self, delivery: str, at: datetime) -> None:
        """Record that a delivery is done."""
        write_durable(self.directory / "delivered" / delivery, at.isoformat().encode())

    def _facts(self) -> dict[str, str]:
        facts: dict[str, str] = json.loads((self.directory / "issue.json").read_text())
        return facts


class IssueStore:
    """All versions of one schedule; one process at a time may write."""

    def __init__(self, root: Path, schedule: ReportSchedule) -> None:
        """`root` belongs to the reporter alone; the schedule's directory is created by `since`."""
        self._directory = root / schedule.tenant / schedule.id

    def since(self, now: datetime) -> datetime:
        """Return when the schedule was first seen, which is `now` the first time: older periods are nobody's expectation."""
        path = self._directory / "since"
        if not path.exists():
            self._directory.mkdir(parents=True, exist_ok=True)
            write_durable(path, now.isoformat().encode())
        return datetime.fromisoformat(path.read_text())

    def versions(self, period: str) -> list[IssuedReport]:
        """Return the versions of a period, the newest last."""
        directory = self._directory / period
        numbers = sorted(
            int(entry.name[1:]) for entry in _entries(directory) if entry.name.startswith("v")
        )
        return [
            IssuedReport(directory=directory / f"v{number}", period=period, version=number)
            for number in numbers
        ]

    def periods(self) -> list[str]:
        """Return the periods that have a version."""
        return sorted(entry.name for entry in _entries(self._directory) if entry.is_dir())

    def add(
        self, period: str, version: int, files: Mapping[str, bytes], facts: str
    ) -> IssuedReport:
        """Store a version with all its files at once; raise OSError and leave nothing of it, such as for a full disk."""
        directory = self._directory / period
        directory.mkdir(parents=True, exist_ok=True)
        for entry in _entries(directory):
            if entry.name.startswith(DRAFT):  # of a process that was killed
                shutil.rmtree(entry)
        draft = directory / f"{DRAFT}{os.getpid()}"
        try:
            (draft / "delivered").mkdir(parents=True)
            for name, content in files.items():
                write_durable(draft / name, content)
            write_durable(draft / "issue.json", facts.encode())
            target = directory / f"v{version}"
            draft.rename(target)  # fails if the version exists
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        sync_directory(directory)
        return IssuedReport(directory=target, period=period, version=version)

    def is_checked(self, period: str, day: date) -> bool:
        """Whether the numbers of a period were compared on that day."""
        path = self._directory / period / "checked"
        return path.exists() and path.read_text() >= day.isoformat()

    def set_checked(self, period: str, day: date) -> None:
        """Record that they were compared."""
        write_durable(self._directory / period / "checked", day.isoformat().encode())


def _entries(directory: Path) -> list[Path]:
    return list(directory.iterdir()) if directory.is_dir() else []
