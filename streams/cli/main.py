"""The `hirelay` command line: all commands, and how expected failures are reported."""

import logging
import sys

import typer

from schemas.errors import Condition
from streams.cli import (
    alerts,
    boards,
    config,
    costs,
    dlq,
    explaining,
    importing,
    local,
    numbers,
    plan,
    quality,
    rebuild,
    roles,
    webhooks,
)
from streams.configuration import logs
from streams.configuration.files import Misconfigured
from streams.configuration.settings import load_settings

app = typer.Typer(
    help="Hirelay: exact recruiting KPIs from ATS webhooks, as hiring happens.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for commands in (local, webhooks, importing, numbers, explaining, quality, roles):
    app.add_typer(commands.app)
app.add_typer(boards.app, name="boards")
app.add_typer(dlq.app, name="dlq")
app.add_typer(rebuild.app, name="rebuild")
app.add_typer(costs.app, name="costs")
app.add_typer(plan.app, name="plan")
app.add_typer(config.app, name="config")
app.add_typer(alerts.app, name="alerts")


def main() -> None:
    """Run a command; an expected error prints one clear line and exits with code 2, without a traceback."""
    try:
        logs.configure(load_settings().log_level)
        app()
    except (Condition, Misconfigured, OSError) as problem:
        logging.getLogger(__name__).debug("command failed", exc_info=True)
        typer.echo(f"hirelay: {problem}", err=True)
        sys.exit(2)
