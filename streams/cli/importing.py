"""Commands that import history from before the webhooks."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import Lang, State, flag
from streams.configuration.settings import load_settings

app = typer.Typer()


@app.command("import")
def import_files(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Tables (CSV, TSV, .gz, .xlsx) or event logs (XES, OCEL)."),
    ] = None,
    connection: Annotated[
        str, typer.Option(help="Connection of vendor standard to send through.")
    ] = "",
    map_paths: Annotated[
        list[Path] | None,
        typer.Option(
            "--map", help="Map of the columns or activities (YAML): one, or one per file."
        ),
    ] = None,
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook to read.")] = "",
    inspect: Annotated[bool, flag("--inspect", "Inspect the file and draft the map.")] = False,
    apply: Annotated[
        bool, flag("--apply", "Send the valid rows; without it nothing is sent.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(help="Name of a warning that is no mistake; may be repeated."),
    ] = None,
    new: Annotated[bool, flag("--new", "Nothing was imported before: do not compare.")] = False,
    restart: Annotated[
        bool, flag("--restart", "Send batches again that were already confirmed.")
    ] = False,
    undo: Annotated[str, typer.Option(help="Run to take back, by the id that it printed.")] = "",
    ui: Annotated[
        bool, flag("--ui", "Serve a page on this machine that does the same, until Ctrl-C.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write every problem to this file (CSV).")
    ] = None,
    lang: Lang = None,
    state: State = None,
) -> None:
    """Import tables or event logs: by default a dry run that reads them and says what would come of it."""
    from streams.tools.importing import inspect_file, run, undo_run

    if inspect:
        for file in files or ():
            draft = inspect_file.draft_map(file, sheet or None, datetime.now(UTC))
            typer.echo(draft, nl=False)
        return
    if ui:
        from streams.tools.importing.ui.serving import serve

        serve(load_settings(state), os.environ, connection, Console(), lambda: datetime.now(UTC))
        return
    if not connection:
        raise typer.BadParameter("give --connection, or --inspect to only inspect the file")
    settings, now = load_settings(state), datetime.now(UTC)
    if undo:
        request = undo_run.UndoRequest(connection=connection, run=undo, apply=apply, language=lang)
        succeeded = undo_run.undo(settings, request, os.environ, Console(), now)
        raise typer.Exit(0 if succeeded else 1)
    if not files:
        raise typer.BadParameter("give a file to import")
    import_request = run.ImportRequest(
        paths=tuple(files),
        connection=connection,
        maps=tuple(map_paths or ()),
        state=state,
        apply=apply,
        restart=restart,
        new=new,
        report=report,
        sheet=sheet or None,
        accepted=tuple(accept or ()),
        language=lang,
    )
    succeeded = run.run(settings, import_request, os.environ, Console(), now)
    raise typer.Exit(0 if succeeded else 1)
