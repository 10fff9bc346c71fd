"""`hirelay import --ui`: serve the page on the loopback until Ctrl-C."""

import secrets
import socket
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import uvicorn
from rich.console import Console

from streams.configuration.settings import Settings
from streams.tools.importing.ui.pages import create_app
from streams.tools.importing.ui.session import ImportSession

LOOPBACK = "127.0.0.1"


def serve(
    settings: Settings,
    environ: Mapping[str, str],
    connection: str,
    console: Console,
    clock: Callable[[], datetime],
) -> None:
    """Serve the page under an address that only this terminal shows; files that were chosen are deleted at the end."""
    token = secrets.token_urlsafe(24)
    with (
        tempfile.TemporaryDirectory(prefix="hirelay-import-") as folder,
        socket.create_server((LOOPBACK, 0)) as listener,
    ):
        session = ImportSession(
            settings=settings,
            environ=environ,
            folder=Path(folder),
            clock=clock,
            connection=connection,
        )
        config = uvicorn.Config(
            create_app(session, token), log_config=None, access_log=False, server_header=False
        )
        url = f"http://{LOOPBACK}:{listener.getsockname()[1]}/{token}/"
        console.print(
            f"Import page (取り込みの画面), until Ctrl-C: {url}", highlight=False, soft_wrap=True
        )
        uvicorn.Server(config).run(sockets=[listener])
