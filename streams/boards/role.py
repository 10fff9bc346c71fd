"""Run the board page until it is told to stop."""

import asyncio
import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import uvicorn

from schemas.tenancy import Tenancy
from sinks.clickhouse.client import connect
from streams.boards.page import create_app
from streams.config import load_tenancy
from streams.settings import Settings

log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Show the boards until SIGTERM or Ctrl-C."""
    app = create_app(
        companies(settings.config),
        lambda: connect(settings.clickhouse, settings.clickhouse_password),
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.board_host,
            port=settings.board_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,  # a page that listens for changes never ends by itself
        )
    )
    log.info("board starting", extra={"host": settings.board_host, "port": settings.board_port})
    asyncio.run(server.serve())


def companies(path: Path) -> Callable[[], Tenancy]:
    """The configuration in `path`, read again only when the file is another: a board asks for it with every panel."""

    @lru_cache(maxsize=1)
    def held(_: int) -> Tenancy:
        return load_tenancy(path)

    return lambda: held(path.stat().st_mtime_ns if path.exists() else 0)
