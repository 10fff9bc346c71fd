"""Run the board page until it is told to stop."""

import asyncio
import logging
import socket
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import uvicorn

from schemas.tenants.config import Tenancy
from sinks.clickhouse.client import connect
from streams.boards.page import create_app
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings

log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Show the boards until SIGTERM or Ctrl-C; raise OSError where the port is taken. The address is logged."""
    app = create_app(
        companies(settings.config),
        lambda: connect(settings.clickhouse, settings.clickhouse_password),
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,  # a page that listens for changes never ends by itself
        )
    )
    family = socket.AF_INET6 if ":" in settings.board_host else socket.AF_INET
    with socket.create_server((settings.board_host, settings.board_port), family=family) as door:
        host = f"[{settings.board_host}]" if ":" in settings.board_host else settings.board_host
        log.info("board opened", extra={"address": f"http://{host}:{door.getsockname()[1]}/"})
        asyncio.run(server.serve(sockets=[door]))


def companies(path: Path) -> Callable[[], Tenancy]:
    """The configuration in `path`, read again only when the file is another: a board asks for it with every panel."""

    @lru_cache(maxsize=1)
    def held(_: int) -> Tenancy:
        return load_tenancy(path)

    return lambda: held(path.stat().st_mtime_ns if path.exists() else 0)
