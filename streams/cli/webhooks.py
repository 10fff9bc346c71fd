"""Commands about the systems that send: how they are doing, what their words mean."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import Listing, State
from streams.configuration.settings import load

app = typer.Typer()
mapping_app = typer.Typer(help="What stages and reasons mean.", no_args_is_help=True)
app.add_typer(mapping_app, name="mapping")


@app.command()
def connect(
    vendor: Annotated[
        str, typer.Argument(help="greenhouse, ashby, lever …; a wrong one lists all.")
    ],
    tenant: Annotated[str, typer.Option(help="Which company.")],
    name: Annotated[str, typer.Option(help="Id of the connection instead of TENANT-VENDOR.")] = "",
    secret_file: Annotated[
        Path | None,
        typer.Option(help="File with the secret that the vendor has shown; - reads it."),
    ] = None,
    address_key: Annotated[
        bool, typer.Option("--address-key", help="End the address in a secret of its own.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Stay until the first event arrives.")
    ] = False,
    state: State = None,
) -> None:
    """Make the connection of a vendor's webhook, or add a secret to it, and show what to do at the vendor."""
    from streams.tools.connect import connection as tool
    from streams.tools.connect import dialogue

    settings, console = load(state), Console()
    wanted = tool.ConnectRequest(
        vendor=tool.vendor_of(vendor),
        tenant=tenant,
        name=name,
        secret=dialogue.secret(secret_file, tool.vendor_of(vendor)),
        address_key=address_key,
    )
    dialogue.tell(wanted.vendor, tool.connect(settings, wanted), console)
    if wait:
        dialogue.wait(settings, wanted.connection, console)


@app.command()
def connections(
    state: State = None,
    shape: Annotated[Listing, typer.Option("--format", help="How to print.")] = Listing.table,
) -> None:
    """Show how every webhook is doing: last delivery, silence, what never came, what was refused or kept."""
    from streams.tools.connect import status as tool

    found = tool.read(load(state))
    tool.render(found, datetime.now(UTC), Console(), as_table=shape is Listing.table)


@mapping_app.command("suggest")
def suggest(
    connection: Annotated[str, typer.Option(help="Which connection.")],
    state: State = None,
) -> None:
    """Propose what the stages and reasons that a connection has sent mean, as YAML for the configuration."""
    from streams.tools.connect import mapping

    settings = load(state)
    proposals = mapping.proposals(settings, connection, datetime.now().astimezone().date())
    typer.echo(mapping.summary(connection, proposals), err=True)
    typer.echo(mapping.as_yaml(connection, proposals), nl=False)
