"""Scheduled reports: each version of a period exists and is delivered once, whatever interrupts the reporter."""

import errno
import io
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Literal

import pytest
import pyzipper
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from schemas.cells import Basis
from schemas.planning.targets import Targets
from schemas.reporting.model import Report, ReportCell, ReportColumn, ReportPanel, Section
from schemas.reporting.schedule import MailServer, ReportSchedule, ReportsFile
from schemas.tenants.config import Tenancy
from sinks.delivery import folder
from streams.reporting.deliveries import Deliverer
from streams.reporting.issues import IssueStore
from streams.reporting.reporter import Reporter, ReporterFiles, ReporterOutcome
from streams.reporting.request import ReportRequest
from tests.faults import needs_filters, run_with_fault
from tests.golden.test_golden import season_tenancy
from tests.ports import free_port

COMPANY = "scheduled"
FIRST_SEEN = datetime(2026, 4, 15, 3, tzinfo=UTC)
MAY, JUNE = datetime(2026, 5, 1, 3, tzinfo=UTC), datetime(2026, 6, 1, 3, tzinfo=UTC)
PASSWORD = {"REPORT_PASSWORD": "correct horse"}


class Killed(BaseException):
    """The process ends here."""


class Clock:
    """A clock that can be moved, and that can end the process when it is read."""

    def __init__(self, now: datetime) -> None:
        """Start at `now`."""
        self.now, self.reads_left = now, 10**9

    def __call__(self) -> datetime:
        """Return the time."""
        self.reads_left -= 1
        if self.reads_left < 0:
            raise Killed
        return self.now


class Mailbox:
    """What a mail server has accepted; it refuses everything while `away`."""

    def __init__(self) -> None:
        """Start empty."""
        self.envelopes: list[Envelope] = []
        self.away = False

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message."""
        if self.away:
            return "451 try again later"
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def messages(self) -> list[Any]:
        """The messages, parsed."""
        from email import message_from_bytes, policy

        return [
            message_from_bytes(envelope.content or b"", policy=policy.default)
            for envelope in self.envelopes
        ]


class Numbers:
    """Fills reports with one number, which may change; a stand-in for ClickHouse."""

    def __init__(self) -> None:
        """Begin with seven applications."""
        self.applications, self.waiting = 7.0, 3.0

    def fill(self, request: ReportRequest) -> Report:
        """Return a report of two panels: one counts decisions of the period, the other what is the case now."""
        panels = (
            panel_of("summary/headline", "decision", self.applications),
            panel_of("pipeline/open", "now", self.waiting),
        )
        summary = Section(id="summary", title="要約", sentences=("応募 7件。",), panels=panels)
        return Report(
            tenant=request.tenant.id,
            company=request.tenant.name,
            language=request.language,
            currency="JPY",
            period=request.period,
            first=request.days.first,
            last=request.days.last,
            before_first=request.before.first,
            before_last=request.before.last,
            as_of=request.counted.last,
            data_as_of=None,
            definitions_version="1",
            sections=(summary,),
            definitions=(),
        )


def panel_of(name: str, basis: Basis | Literal["now"], value: float) -> ReportPanel:
    """Return a panel with one number."""
    return ReportPanel(
        id=name,
        title="Headline",
        basis=basis,
        basis_label=basis,
        columns=(
            ReportColumn(name="kpi", label="KPI", numeric=False),
            ReportColumn(name="value", label="Value", numeric=True),
        ),
        rows=(
            (
                ReportCell(text="Applications", value="applications", unit="text"),
                ReportCell(text=f"{value:.0f}", value=value, unit="count"),
            ),
        ),
        empty="",
    )


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A real mail server on a free port."""
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def schedule_of(*deliveries: Mapping[str, Any], **changes: Any) -> ReportSchedule:
    """Return a monthly schedule."""
    fields = {
        "id": "board",
        "tenant": COMPANY,
        "period": "month",
        "cron": "0 9 1 * *",
        "languages": ["ja"],
        "formats": ["csv"],
        "deliver": list(deliveries),
        **changes,
    }
    return ReportSchedule.model_validate_json(json.dumps(fields))


def files_of(schedule: ReportSchedule, port: int = 1) -> ReporterFiles:
    """Return the configuration with this schedule and a mail server on the port."""
    (season,) = season_tenancy().tenants
    tenant = season.model_copy(update={"id": COMPANY, "name": "株式会社サンプル"})
    reports = ReportsFile(
        mail=MailServer(host="127.0.0.1", port=port, security="none", sender="hirelay@example.com"),
        recipients={COMPANY: {"executives": ("ceo@example.com", "cfo@example.com")}},
        schedules=(schedule,),
    )
    return ReporterFiles(
        tenancy=Tenancy(tenants=(tenant,)),
        targets=Targets(targets=()),
        reports=reports,
        deliverer=Deliverer(reports, PASSWORD, Path()),
    )


class Running:
    """A reporter of one schedule that may be started again at any time."""

    def __init__(self, root: Path, schedule: ReportSchedule, port: int = 1) -> None:
        """Keep its state in `root`."""
        self.numbers, self.root, self.schedule = Numbers(), root, schedule
        self.files = files_of(schedule, port)
        self.clock = Clock(FIRST_SEEN)
        self.look()

    def look(self, now: datetime | None = None, reads: int = 10**9) -> ReporterOutcome:
        """Start anew and look once; the process ends after so many reads of the clock."""
        self.clock.now, self.clock.reads_left = now or self.clock.now, reads
        reporter = Reporter(self.numbers.fill, self.root, "", self.clock)
        return reporter.look(self.files, self.schedule)


def names(directory: Path) -> list[str]:
    """Return the names in a directory, also hidden ones."""
    return sorted(entry.name for entry in directory.iterdir()) if directory.exists() else []


def test_each_period_is_delivered_once(tmp_path: Path) -> None:
    """Also after downtime over two months, and with a clock that goes back."""
    schedule = schedule_of({"kind": "folder", "path": str(tmp_path / "out")})
    running = Running(tmp_path / "state", schedule)
    assert names(tmp_path / "out") == []  # what was due before the schedule was seen is not made up

    issued = [running.look(now).issued for now in (JUNE, JUNE, MAY, FIRST_SEEN, JUNE)]

    assert issued == [2, 0, 0, 0, 0]
    assert names(tmp_path / "out") == [f"{COMPANY}-2026-0{n}-ja-v1.csv" for n in (4, 5)]


def test_a_killed_reporter_delivers_each_version_once(tmp_path: Path) -> None:
    """Ended at every reading of the clock, it goes on where it was: one version, one file."""
    schedule = schedule_of({"kind": "folder", "path": str(tmp_path / "out")})
    running = Running(tmp_path / "state", schedule)
    ended = 0
    for reads in range(1, 6):
        try:
            running.look(MAY, reads)
        except Killed:
            ended += 1
    running.look(MAY)

    assert ended >= 3
    assert names(tmp_path / "out") == [f"{COMPANY}-2026-04-ja-v1.csv"]
    assert [v.version for v in IssueStore(tmp_path / "state", schedule).versions("2026-04")] == [1]


def test_a_mail_that_is_repeated_has_the_same_id(
    tmp_path: Path, mailbox: tuple[Mailbox, int]
) -> None:
    """The process ends after the server has taken it and before that is recorded; afterwards it is sent no more."""
    box, port = mailbox
    schedule = schedule_of({"kind": "mail", "to": ["executives"]})
    running = Running(tmp_path, schedule, port)
    with pytest.raises(Killed):
        running.look(MAY, reads=4)
    for _ in range(3):
        running.look(MAY)

    ids = [message["Message-ID"] for message in box.messages]
    assert set(ids) == {f"<{COMPANY}.board.2026-04.v1.1-mail@example.com>"}
    assert len(ids) <= 2


def test_the_mail_says_what_the_report_says(tmp_path: Path, mailbox: tuple[Mailbox, int]) -> None:
    """Subject, summary and an attachment that opens with the password alone; no recipient sees the others."""
    box, port = mailbox
    encrypted = {"kind": "mail", "to": ["executives"], "encrypt": {"env": "REPORT_PASSWORD"}}
    running = Running(tmp_path, schedule_of(encrypted), port)
    box.away = True
    assert running.look(MAY).problems
    box.away = False
    assert not running.look(MAY).problems

    (message,), (envelope,) = box.messages, box.envelopes
    (attachment,) = message.iter_attachments()
    assert message["Subject"] == "株式会社サンプル 採用レポート 2026-04"
    assert "お送りします。" in message.get_body().get_content()
    assert envelope.rcpt_tos == ["ceo@example.com", "cfo@example.com"]
    assert "ceo@example.com" not in str(message["To"])
    archive = pyzipper.AESZipFile(io.BytesIO(attachment.get_content()))
    with pytest.raises(RuntimeError):
        archive.read(archive.namelist()[0])
    archive.setpassword(PASSWORD["REPORT_PASSWORD"].encode())
    assert b"Applications" in archive.read(f"{COMPANY}-2026-04-ja-v1.csv")


@contextmanager
def webhook(status: list[int]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Serve a webhook that answers with these statuses in turn; yield its address and what it was sent."""
    posts: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status.pop(0))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", posts
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_the_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is posted again after a failure, and not after a success."""
    with webhook([500, 200]) as (url, posts):
        monkeypatch.setitem(PASSWORD, "WEBHOOK", url)
        schedule = schedule_of({"kind": "webhook", "url": {"env": "WEBHOOK"}})
        running = Running(tmp_path, schedule)
        problems = [running.look(MAY).problems for _ in range(3)]

    assert [len(texts) for texts in problems] == [1, 0, 0]
    assert url not in problems[0][0]
    assert [post["text"].splitlines()[0] for post in posts] == [
        "*株式会社サンプル 採用レポート 2026-04*"
    ] * 2


def test_late_data_makes_a_second_version(tmp_path: Path) -> None:
    """On the next day, with a list of what changed and why; numbers that stay make none."""
    schedule = schedule_of(
        {"kind": "folder", "path": str(tmp_path / "out")}, reissue_days=10, languages=["ja", "en"]
    )
    running = Running(tmp_path / "state", schedule)
    running.look(MAY)
    assert running.look(MAY + timedelta(days=1)).issued == 0
    running.numbers.waiting = 4.0
    assert running.look(MAY + timedelta(days=2)).issued == 0  # the present always changes
    running.numbers.applications = 9.0
    assert running.look(MAY + timedelta(days=2, hours=1)).issued == 0  # compared on that day
    assert running.look(MAY + timedelta(days=3)).issued == 1
    assert running.look(MAY + timedelta(days=4)).issued == 0
    running.numbers.applications = 10.0
    assert running.look(MAY + timedelta(days=11)).issued == 0

    issue = IssueStore(tmp_path / "state", schedule).versions("2026-04")[-1]
    report = issue.report("en")
    assert report.version == 2
    assert changed_rows(report) == [
        ("Headline", "Applications", "Value", "7", "9", "late or corrected data")
    ]
    assert names(tmp_path / "out") == [
        f"{COMPANY}-2026-04-{language}-v{n}.csv" for language in ("en", "ja") for n in (1, 2)
    ]


def changed_rows(report: Report) -> list[tuple[str, ...]]:
    """Return the texts of the section that lists changes."""
    (section,) = [section for section in report.sections if section.id == "changes"]
    return [tuple(cell.text for cell in row) for row in section.panels[0].rows]


ADDING = """
import os, sys
from pathlib import Path
from schemas.reporting.schedule import ReportSchedule
from streams.reporting.issues import IssueStore
store = IssueStore(Path(sys.argv[1]), ReportSchedule.model_validate_json(sys.argv[2]))
for number in range(1, 10**6):
    store.add("2026-04", number, {f"{n}.bin": os.urandom(200_000) for n in range(4)}, "{}")
"""


def test_a_version_is_whole_after_kill_9(tmp_path: Path) -> None:
    """Killed while it writes versions, the reporter leaves whole ones; the next one clears its draft and repeats none."""
    schedule = schedule_of({"kind": "folder", "path": "x"})
    store = IssueStore(tmp_path, schedule)
    command = (sys.executable, "-c", ADDING, str(tmp_path), schedule.model_dump_json())
    process = subprocess.Popen(command)
    while len(store.versions("2026-04")) < 3:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()

    versions = store.versions("2026-04")
    for version in versions:
        sizes = [path.stat().st_size for path in version.directory.glob("*.bin")]
        assert sizes == [200_000] * 4
    with pytest.raises(OSError, match="not empty"):
        store.add("2026-04", 1, {}, "{}")
    store.add("2026-04", len(versions) + 1, {}, "{}")
    expected = [f"v{version.version}" for version in store.versions("2026-04")]
    assert names(tmp_path / COMPANY / "board" / "2026-04") == sorted(expected)


@needs_filters
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_leaves_nothing_half_done(tmp_path: Path, error: int) -> None:
    """Neither a version nor a delivered file appears, and both do once there is space."""
    store = IssueStore(tmp_path / "state", schedule_of({"kind": "folder", "path": "x"}))
    add = partial(store.add, "2026-04", 1, {"a.csv": b"a" * 5000}, '{"files": ["a.csv"]}')
    problem = run_with_fault("write", error, add)
    assert isinstance(problem, OSError) and problem.errno == error
    assert store.versions("2026-04") == []

    issue = add()
    copy = partial(folder.copy_files, issue.files, tmp_path / "out")
    problem = run_with_fault("write", error, copy)
    assert isinstance(problem, OSError) and names(tmp_path / "out") == []
    copy()
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"a" * 5000
