"""Delivery by mail. A message that is sent twice, because the process ended in between, has the same Message-ID."""

import mimetypes
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from schemas.errors import Unavailable
from schemas.reporting.schedule import MailServer

TIMEOUT_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file of a message."""

    name: str
    content: bytes


def compose(*, subject: str, text: str, sender: str, message_id: str, at: datetime) -> EmailMessage:
    """Return a message without recipients; `message_id` is unique at the sender's domain."""
    message = EmailMessage()
    address = Address(addr_spec=sender)
    message["Subject"], message["From"] = subject, address
    message["Message-ID"] = f"<{message_id}@{address.domain}>"
    message["Date"] = format_datetime(at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def attach(message: EmailMessage, attachments: Sequence[Attachment]) -> None:
    """Add files, with types by their names."""
    for attachment in attachments:
        kind = mimetypes.guess_type(attachment.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment(
            attachment.content, maintype=main, subtype=sub, filename=attachment.name
        )


def send(server: MailServer, password: str, message: EmailMessage, to: Sequence[str]) -> None:
    """Return once the server has taken the message for every recipient, else raise Unavailable.

    Recipients are in the envelope alone, so that none sees the others.
    """
    try:
        with _connect(server) as connection:
            if server.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if server.user:
                connection.login(server.user, password)
            refused = connection.send_message(message, to_addrs=list(to))
    except (OSError, smtplib.SMTPException) as error:
        detail = f"{server.host}:{server.port}: {type(error).__name__}: {error}"
        raise Unavailable("mail", detail[:300]) from error
    if refused:
        raise Unavailable("mail", f"{server.host} refused {len(refused)} of {len(to)} recipients")


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
