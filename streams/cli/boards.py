"""The `boards` commands: list panels and generate Grafana files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import Catalogue, Language, flag

app = typer.Typer(help="List boards and generate their Grafana files.", no_args_is_help=True)
FOLDER = Path("deploy/grafana/boards")


@app.command("generate")
def generate(
    to: Annotated[Path, typer.Option(help="Output folder.")] = FOLDER,
    check: Annotated[
        bool, flag("--check", "Write nothing; exit 1 if a file is out of date.")
    ] = False,
) -> None:
    """Generate the Grafana dashboards; the output is deterministic."""
    from streams.tools import boards

    changed = boards.outdated(to) if check else boards.generate(to)
    typer.echo("\n".join(str(path) for path in changed) or "boards are up to date")
    raise typer.Exit(1 if check and changed else 0)


@app.command("list")
def list_(lang: Catalogue = Language.ja) -> None:
    """List every panel of every board with its id and question."""
    from streams.tools import boards
    from streams.tools.tables import print_table

    print_table(boards.panel_table(lang.value), Console())
