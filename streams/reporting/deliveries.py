"""Delivers a version of a report once: what is done is recorded, and what failed is tried again."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from schemas.errors import Unavailable
from schemas.reporting import announcement
from schemas.reporting.difference import changes
from schemas.reporting.model import Report
from schemas.reporting.schedule import (
    Delivery,
    FolderDelivery,
    MailDelivery,
    ReportSchedule,
    ReportsFile,
    WebhookDelivery,
)
from schemas.tenants.config import Secret
from sinks.delivery import folder, mail, webhook
from streams.configuration.files import Misconfigured
from streams.configuration.secret_store import SecretStore
from streams.reporting.issues import IssuedReport

log = logging.getLogger(__name__)


class Deliverer:
    """Delivers the reports of one reports file."""

    def __init__(self, reports: ReportsFile, environ: Mapping[str, str], secrets: Path) -> None:
        """Secret files are relative to `secrets`; raise Misconfigured if a secret is missing."""
        self._reports = reports
        self._store = SecretStore(environ, secrets)
        problems: list[str] = []
        for secret in _secrets(reports):
            self._store.find(secret, "reports", problems)
        if problems:
            raise Misconfigured("\n".join(["reports cannot be delivered:", *problems]))

    def deliver(
        self, schedule: ReportSchedule, versions: list[IssuedReport], clock: Callable[[], datetime]
    ) -> list[str]:
        """Do what is left to deliver of the last of these versions; return why some of it failed.

        A delivery that ends between the server's answer and its record is repeated: a folder ignores that, and a mail has
        the same Message-ID.
        """
        problems = []
        for number, delivery in enumerate(schedule.deliver, start=1):
            name = f"{number}-{delivery.kind}"
            if versions[-1].is_delivered(name):
                continue
            try:
                self._deliver(schedule, versions, delivery, name)
            except (Unavailable, OSError) as error:
                problems.append(f"{name}: {error}")
            else:
                versions[-1].set_delivered(name, clock())
                log.info(
                    "report delivered", extra={"path": str(versions[-1].directory.name), "to": name}
                )
        return problems

    def _deliver(
        self,
        schedule: ReportSchedule,
        versions: list[IssuedReport],
        delivery: Delivery,
        name: str,
    ) -> None:
        if isinstance(delivery, FolderDelivery):
            folder.copy_files(versions[-1].files, Path(delivery.path))
        elif isinstance(delivery, WebhookDelivery):
            report, text = _text(schedule, versions)
            webhook.post_text(
                self._reveal(delivery.url), f"*{announcement.subject(report)}*\n{text}"
            )
        else:
            self._mail(schedule, versions, delivery, name)

    def _mail(
        self,
        schedule: ReportSchedule,
        versions: list[IssuedReport],
        delivery: MailDelivery,
        name: str,
    ) -> None:
        server, issue = self._reports.mail, versions[-1]
        if server is None:  # the file's own validation refuses it
            return
        report, text = _text(schedule, versions, encrypted=delivery.encrypt is not None)
        message = mail.compose(
            subject=announcement.subject(report),
            text=f"{text}\n\n{announcement.footer(report)}\n",
            sender=server.sender,
            message_id=f"{schedule.tenant}.{schedule.id}.{issue.period}.v{issue.version}.{name}",
            at=issue.at,
        )
        attachments = [
            mail.Attachment(name=file.name, content=file.read_bytes()) for file in issue.files
        ]
        if delivery.encrypt is not None:
            from sinks.delivery.encrypted_zip import encrypt

            password = self._reveal(delivery.encrypt).encode()
            attachments = [encrypt(_zip_name(schedule, issue), attachments, password)]
        mail.attach(message, attachments)
        to = self._reports.addresses(schedule.tenant, delivery.to)
        mail.send(server, self._reveal(server.password), message, to)

    def _reveal(self, secret: Secret | None) -> str:
        return "" if secret is None else self._store.find(secret, "reports", []).decode()


def _text(
    schedule: ReportSchedule, versions: list[IssuedReport], *, encrypted: bool = False
) -> tuple[Report, str]:
    """Return the newest report in the schedule's first language and its announcement."""
    language = schedule.languages[0]
    report = versions[-1].report(language)
    changed = changes(versions[-2].report(language), report) if len(versions) > 1 else []
    return report, announcement.body(report, changed, encrypted=encrypted)


def _zip_name(schedule: ReportSchedule, issue: IssuedReport) -> str:
    return f"{schedule.tenant}-{issue.period}-v{issue.version}.zip"


def _secrets(reports: ReportsFile) -> list[Secret]:
    secrets = [reports.mail.password if reports.mail else None]
    for schedule in reports.schedules:
        for delivery in schedule.deliver:
            if isinstance(delivery, WebhookDelivery):
                secrets.append(delivery.url)
            elif isinstance(delivery, MailDelivery):
                secrets.append(delivery.encrypt)
    return [secret for secret in secrets if secret is not None]
