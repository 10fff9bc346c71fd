"""Commands about what hiring costs."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import State
from streams.configuration.settings import load

app = typer.Typer(help="What hiring costs.", no_args_is_help=True)


@app.callback()
def costs() -> None:
    """What hiring costs."""


@app.command()
def add(
    file: Annotated[Path, typer.Option(help="Costs (YAML), as deploy/config/costs.yaml.")],
    tenant: Annotated[str, typer.Option(help="Which company.")],
    token_file: Annotated[
        Path | None, typer.Option(help="File with an API token; without it one of the tenant's.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only look at it; nothing is sent.")
    ] = False,
    state: State = None,
) -> None:
    """Record the costs of a file through the gateway; what was recorded before as it is counts once."""
    from streams.tools.costs import api_client
    from streams.tools.costs import command as tool

    settings = load(state)
    unit, known = tool.currency(settings, tenant)
    sheet = tool.sheet(file, unit, datetime.now(UTC))
    if not known and any(each.currency is None for each in sheet.entries):
        typer.echo(f"{tenant} is not configured here; amounts are shown as if in {unit}.", err=True)
    for line in tool.lines(sheet, unit):
        typer.echo(line)
    if check:
        typer.echo(f"Checked: {len(sheet.entries)} cost(s) are sound; nothing was sent.")
        return
    api = tool.api(settings, tenant, os.environ, token_file)
    accepted = [each for body in sheet.bodies for each in api_client.post(api, body)]
    typer.echo(f"Accepted: {len(accepted)} cost(s).")
