"""CLI command that rebuilds what is only a copy."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import State, flag
from streams.configuration.settings import load_settings

app = typer.Typer(help="Rebuild copies from Kafka.", no_args_is_help=True)


@app.callback()
def rebuild() -> None:
    """Rebuild copies from Kafka."""


@app.command()
def clickhouse(
    state: State = None,
    discard: Annotated[
        bool,
        flag("--discard", "Also discard what ClickHouse has and Kafka does not."),
    ] = False,
) -> None:
    """Fill ClickHouse anew from Kafka; quarantined deliveries that Kafka no longer has stay."""
    from streams.tools.rebuild import rebuild_clickhouse

    rebuilt = rebuild_clickhouse(
        load_settings(state),
        discard=discard,
        now=datetime.now(UTC),
        console=Console(stderr=True),
    )
    typer.echo(rebuilt.as_text())
