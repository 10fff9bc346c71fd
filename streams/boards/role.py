"""Run the board page until it is told to stop."""

import asyncio
import logging

import uvicorn

from sinks.clickhouse.client import connect
from streams.boards.page import create_app
from streams.config import load_tenancy
from streams.settings import Settings

log = logging.getLogger(__name__)


def serve(settings: Settings) -> None:
    """Show the boards until SIGTERM or Ctrl-C."""
    app = create_app(
        lambda: load_tenancy(settings.config),
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
