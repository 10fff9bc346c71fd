"""The board role: serves the board page until it is stopped."""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import uvicorn

from schemas.tenants.config import Tenancy
from sinks.clickhouse.client import connect
from streams.boards.access import BoardAccess, utc_now
from streams.boards.audit_trail import AuditTrail
from streams.boards.breach_page import Surroundings
from streams.boards.identity import SingleSignOn
from streams.boards.oidc_sign_in import OidcSignIn
from streams.boards.page import create_app
from streams.boards.trusted_proxy import TrustedProxy
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.configuration.sign_in import SignIn
from streams.kafka import audit_log
from streams.web.limits import IDLE_TIMEOUT_S, LimitedProtocol
from streams.web.origin_guard import hosts_of

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 500  # beyond this, new connections get 503 at once; every open page has one


def serve(settings: Settings) -> None:
    """Serve the boards until SIGTERM or Ctrl-C and log the address; raise OSError if the port is in use."""
    app = create_app(
        make_access(settings),
        lambda: connect(settings.clickhouse_access),
        hosts_of(settings.public_host_list),
        _surroundings(settings),
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=LimitedProtocol,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=IDLE_TIMEOUT_S,
            ws="none",
            server_header=False,
            proxy_headers=False,  # an address that a header names must not count as that of a proxy
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,  # event streams never end by themselves
        )
    )
    family = socket.AF_INET6 if ":" in settings.board_host else socket.AF_INET
    with socket.create_server(
        (settings.board_host, settings.board_port), family=family
    ) as listener:
        host = f"[{settings.board_host}]" if ":" in settings.board_host else settings.board_host
        log.info("board opened", extra={"address": f"http://{host}:{listener.getsockname()[1]}/"})
        asyncio.run(server.serve(sockets=[listener]))


def make_access(settings: Settings) -> BoardAccess:
    """Return who may see what; raise Malformed for settings of the sign-in that cannot be used."""
    tenancy = cached_tenancy(settings.config)
    return BoardAccess(
        tenancy,
        is_login_required(settings),
        single_sign_on=_single_sign_on(settings.sign_in, tenancy),
        audit=AuditTrail(lambda records: audit_log.record(settings, *records), utc_now),
    )


def _single_sign_on(sign_in: SignIn, tenancy: Callable[[], Tenancy]) -> SingleSignOn | None:
    if sign_in.kind == "proxy":
        return TrustedProxy(sign_in)
    return OidcSignIn(sign_in, tenancy, utc_now) if sign_in.kind == "oidc" else None


def _surroundings(settings: Settings) -> Surroundings:
    return Surroundings(
        gateway=settings.gateway_address,
        alertmanagers=settings.alertmanager_addresses,
        runbooks=settings.runbook_dir,
        runbook_url=settings.runbook_url,
    )


def is_login_required(settings: Settings) -> bool:
    """Return whether boards ask for a token: always, where people sign in elsewhere, or wherever others than
    this machine can reach them.
    """
    if settings.board_login == "always" or settings.board_sign_in != "token":
        return True
    try:
        return not ipaddress.ip_address(settings.board_host).is_loopback
    except ValueError:
        return settings.board_host != "localhost"


def cached_tenancy(path: Path) -> Callable[[], Tenancy]:
    """Return a loader of the configuration in `path` that rereads the file only after a change: every panel request needs it."""

    @lru_cache(maxsize=1)
    def load(_: int) -> Tenancy:
        return load_tenancy(path)

    return lambda: load(path.stat().st_mtime_ns if path.exists() else 0)
