"""Commands that import history from before the webhooks."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import State, flag
from streams.configuration.settings import load_settings

app = typer.Typer()


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or TSV table, XES or OCEL log.")],
    connection: Annotated[
        str, typer.Option(help="Connection of vendor standard to send through.")
    ] = "",
    map_path: Annotated[
        Path | None, typer.Option("--map", help="Map of its columns or activities (YAML).")
    ] = None,
    inspect: Annotated[bool, flag("--inspect", "Inspect the file and draft the map.")] = False,
    apply: Annotated[
        bool, flag("--apply", "Send the valid rows; without it nothing is sent.")
    ] = False,
    restart: Annotated[
        bool, flag("--restart", "Send batches again that were already confirmed.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write every refused row to this file (CSV).")
    ] = None,
    state: State = None,
) -> None:
    """Import a table or an event log: by default a dry run that only reads it and explains every refused row."""
    from streams.tools.importing import inspect_file, run

    if inspect:
        typer.echo(inspect_file.draft_map(file), nl=False)
        return
    if not connection:
        raise typer.BadParameter("give --connection, or --inspect to only inspect the file")
    request = run.ImportRequest(
        path=file,
        connection=connection,
        map_path=map_path,
        state=state,
        apply=apply,
        restart=restart,
        report=report,
    )
    succeeded = run.run(load_settings(state), request, os.environ, Console())
    raise typer.Exit(0 if succeeded else 1)
