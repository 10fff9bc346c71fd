"""Files in one ZIP that opens with a password (AES-256, as 7-Zip, WinZip and the Finder's tools read it)."""

import io
from collections.abc import Sequence

import pyzipper

from sinks.delivery.mail import Attachment


def encrypt(name: str, files: Sequence[Attachment], password: bytes) -> Attachment:
    """Return the files as one attachment of that name; names of files stay readable, contents do not."""
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(
        buffer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password)
        for file in files:
            archive.writestr(file.name, file.content)
    return Attachment(name=name, content=buffer.getvalue())
