"""Commands about the systems that send: how they are doing, what their words mean."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import Listing, State
from streams.settings import load

app = typer.Typer()
mapping_app = typer.Typer(help="What stages and reasons mean.", no_args_is_help=True)
app.add_typer(mapping_app, name="mapping")


@app.command()
def connections(
    state: State = None,
    shape: Annotated[Listing, typer.Option("--format", help="How to print.")] = Listing.table,
) -> None:
    """Show how every webhook is doing: last delivery, silence, what never came, what was refused or kept."""
    from streams.tools import connections as tool

    found = tool.read(load(state))
    tool.render(found, datetime.now(UTC), Console(), as_table=shape is Listing.table)


@mapping_app.command("suggest")
def suggest(
    connection: Annotated[str, typer.Option(help="Which connection.")],
    state: State = None,
) -> None:
    """Propose what the stages and reasons that a connection has sent mean, as YAML for the configuration."""
    from streams.tools import mapping

    settings = load(state)
    proposals = mapping.proposals(settings, connection, datetime.now().astimezone().date())
    typer.echo(mapping.summary(connection, proposals), err=True)
    typer.echo(mapping.as_yaml(connection, proposals), nl=False)
