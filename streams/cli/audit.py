"""The command that shows who did what."""

import json
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import Listing, State
from streams.configuration.settings import load_settings

app = typer.Typer()


@app.command()
def audit(
    tenant: Annotated[
        str, typer.Option(help="Only what concerns this company, and what concerns all.")
    ] = "",
    shape: Annotated[Listing, typer.Option("--format", help="Output format.")] = Listing.table,
    state: State = None,
) -> None:
    """Show who replayed, recounted, dropped, changed, acted, rebuilt, erased, signed in or was refused, oldest first."""
    from streams.kafka import audit_log
    from streams.tools.audit_text import audit_table
    from streams.tools.tables import print_table

    records = audit_log.read(load_settings(state), tenant)
    if shape is Listing.json:
        rows = [record.model_dump(mode="json") for record in records]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif records:
        print_table(audit_table(records), Console())
    else:
        typer.echo("Nobody has done anything that is recorded.")
