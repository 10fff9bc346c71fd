"""Commands about webhook connections: setup, status and the mapping of stages and reasons."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import ConnectionId, Listing, State, flag
from streams.configuration.settings import load_settings

app = typer.Typer()
mapping_app = typer.Typer(help="Map stages and reasons.", no_args_is_help=True)
app.add_typer(mapping_app, name="mapping")


@app.command()
def connect(
    vendor: Annotated[
        str, typer.Argument(help="Name of the vendor; an unknown name lists all of them.")
    ],
    tenant: Annotated[str, typer.Option(help="Tenant of the connection.")],
    name: Annotated[str, typer.Option(help="Id of the connection instead of TENANT-VENDOR.")] = "",
    secret_file: Annotated[
        Path | None,
        typer.Option(help="File with the secret issued by the vendor; - reads standard input."),
    ] = None,
    address_key: Annotated[bool, flag("--address-key", "Append a secret key to the URL.")] = False,
    wait: Annotated[bool, flag("--wait", "Wait until the first event arrives.")] = False,
    state: State = None,
) -> None:
    """Create the connection of a vendor's webhook, or add a secret to it, and show what to do at the vendor."""
    from streams.tools.connect import connection as connect_tool
    from streams.tools.connect import dialogue

    settings, console = load_settings(state), Console()
    request = connect_tool.ConnectRequest(
        vendor=connect_tool.find_vendor(vendor),
        tenant=tenant,
        name=name,
        secret=dialogue.read_secret(secret_file, connect_tool.find_vendor(vendor)),
        address_key=address_key,
    )
    dialogue.show_result(request.vendor, connect_tool.connect(settings, request), console)
    if wait:
        dialogue.wait_for_first_event(settings, request.connection, console)


@app.command()
def connections(
    state: State = None,
    output_format: Annotated[
        Listing, typer.Option("--format", help="Output format.")
    ] = Listing.table,
) -> None:
    """Show the status of every webhook: last delivery, silence, missing events, refused and quarantined deliveries."""
    from streams.tools.connect import status as status_tool

    statuses = status_tool.load_statuses(load_settings(state))
    status_tool.render(
        statuses, datetime.now(UTC), Console(), as_table=output_format is Listing.table
    )


@mapping_app.command("suggest")
def suggest(
    connection: ConnectionId,
    state: State = None,
) -> None:
    """Propose meanings for the stages and reasons that a connection has sent, and channel aliases of its company, as YAML."""
    from streams.tools.connect import mapping
    from streams.tools.progress import working

    settings = load_settings(state)
    with working(f"reading what {connection} has sent"):
        proposals = mapping.proposals(settings, connection, datetime.now(UTC))
    typer.echo(mapping.summary(connection, proposals), err=True)
    typer.echo(mapping.as_yaml(connection, proposals), nl=False)
    typer.echo(mapping.alias_yaml(settings, connection), nl=False)
