"""The `hirelay` command line: all commands, and how expected failures are reported."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import Condition, Unavailable
from streams.cli import (
    alerts,
    audit,
    boards,
    config,
    costs,
    dlq,
    explaining,
    importing,
    local,
    members,
    numbers,
    plan,
    privacy,
    quality,
    rebuild,
    relay,
    report,
    roles,
    token,
    webhooks,
)
from streams.cli.refusals import clickhouse_refusal
from streams.configuration import logs
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings, load_settings

app = typer.Typer(
    help="Hirelay: exact recruiting KPIs from ATS webhooks, as hiring happens.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (
    local,
    webhooks,
    importing,
    numbers,
    explaining,
    quality,
    report,
    roles,
    privacy,
    audit,
):
    app.add_typer(commands.app)
app.add_typer(boards.app, name="boards")
app.add_typer(dlq.app, name="dlq")
app.add_typer(rebuild.app, name="rebuild")
app.add_typer(costs.app, name="costs")
app.add_typer(plan.app, name="plan")
app.add_typer(config.app, name="config")
app.add_typer(alerts.app, name="alerts")
app.add_typer(relay.app, name="relay")
app.add_typer(members.app, name="members")
app.add_typer(token.app, name="token")
# Commands whose output is their log; every other command writes warnings below its own lines.
LOGGING_COMMANDS = {
    "up",
    "gateway",
    "worker",
    "archiver",
    "board",
    "watch",
    "dispatcher",
    "relay-ledger",
    "reporter",
}
DEFAULT_STATE = Path("state")


def print_version(requested: bool) -> None:
    """Print the version and exit."""
    if requested:
        typer.echo(roles.installed_version())
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            metavar="",
            callback=print_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Hirelay: exact recruiting KPIs from ATS webhooks, as hiring happens."""


def main() -> None:
    """Run a command; an expected error prints one clear line and exits with code 2, without a traceback."""
    words = sys.argv[1:]
    try:
        settings = load_settings()
        log_command(words, settings)
        app()
    except (Condition, Misconfigured, OSError) as problem:
        logging.getLogger(__name__).debug("command failed", exc_info=True)
        typer.echo(f"hirelay: {problem}{state_hint(problem, words, DEFAULT_STATE)}", err=True)
        sys.exit(2)
    except Exception as problem:
        refusal = clickhouse_refusal(problem)
        if refusal is None:
            raise
        logging.getLogger(__name__).debug("command failed", exc_info=True)
        typer.echo(f"hirelay: {refusal}", err=True)
        sys.exit(2)


def log_command(words: Sequence[str], settings: Settings) -> None:
    """Log a role as it runs, and a tool, from warnings on unless a level was set, below its output."""
    if words[:1] and words[0] in LOGGING_COMMANDS:
        logs.configure(settings.log_level)
    else:
        chosen = "log_level" in settings.model_fields_set
        logs.configure(settings.log_level if chosen else "WARNING", until_exit=True)


def state_hint(problem: Exception, words: Sequence[str], state: Path) -> str:
    """Suggest the local stack to a reader who did not name it, when something does not answer."""
    if "--state" in words or not isinstance(problem, Unavailable | Misconfigured):
        return ""
    return f"; did you mean `--state {state}`?" if (state / "run.json").exists() else ""
