"""Commands that bring in what happened before the webhooks did."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import State
from streams.configuration.settings import load

app = typer.Typer()


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or TSV table, XES or OCEL log.")],
    connection: Annotated[
        str, typer.Option(help="Connection of vendor standard that it goes through.")
    ] = "",
    written: Annotated[
        Path | None, typer.Option("--map", help="What its columns or activities mean (YAML).")
    ] = None,
    inspect: Annotated[
        bool, typer.Option("--inspect", help="Show what is in it and draft the map.")
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Send the sound rows; without it nothing is sent.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Send again what was confirmed before.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write every refused row into this file (CSV).")
    ] = None,
    state: State = None,
) -> None:
    """Import a table or an event log: by default it is only read, and every refused row is explained."""
    from streams.tools.importing import inspect_file, run

    if inspect:
        typer.echo(inspect_file.draft(file), nl=False)
        return
    if not connection:
        raise typer.BadParameter("give --connection, or --inspect to look at the file only")
    wanted = run.ImportRequest(
        path=file,
        connection=connection,
        written=written,
        state=state,
        apply=apply,
        restart=restart,
        report=report,
    )
    sound = run.run(load(state), wanted, os.environ, Console())
    raise typer.Exit(0 if sound else 1)
