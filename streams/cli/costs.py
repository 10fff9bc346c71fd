"""The `hirelay costs` commands."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import State, flag
from streams.configuration.settings import load_settings

app = typer.Typer(help="Record hiring costs.", no_args_is_help=True)


@app.callback()
def costs() -> None:
    """Record hiring costs."""


@app.command()
def add(
    file: Annotated[Path, typer.Option(help="Costs (YAML), as deploy/config/costs.yaml.")],
    tenant: Annotated[str, typer.Option(help="Tenant that the costs belong to.")],
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with an API token; by default the tenant's first active one."),
    ] = None,
    check: Annotated[bool, flag("--check", "Only validate the file; send nothing.")] = False,
    state: State = None,
) -> None:
    """Record the costs of a file through the gateway; an entry that was already recorded counts once."""
    from streams.tools.costs import api_client
    from streams.tools.costs import command as tool

    settings = load_settings(state)
    unit, is_configured = tool.tenant_currency(settings, tenant)
    sheet = tool.load_sheet(file, unit, datetime.now(UTC))
    if not is_configured and any(entry.currency is None for entry in sheet.entries):
        typer.echo(f"{tenant} is not configured here; amounts are shown as if in {unit}.", err=True)
    for line in tool.describe_entries(sheet, unit):
        typer.echo(line)
    if check:
        typer.echo(f"Checked: {len(sheet.entries)} cost(s) are valid; nothing was sent.")
        return
    api = tool.resolve_api(settings, tenant, os.environ, token_file)
    accepted = [event_id for body in sheet.bodies for event_id in api_client.post(api, body)]
    typer.echo(f"Accepted: {len(accepted)} cost(s).")
