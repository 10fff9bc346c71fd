"""Commands about boards: what they ask, and their files for Grafana."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import Language

app = typer.Typer(help="Boards: list them, write them for Grafana.", no_args_is_help=True)
FOLDER = Path("deploy/grafana/boards")


@app.command("generate")
def generate(
    to: Annotated[Path, typer.Option(help="Folder of the files.")] = FOLDER,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where a file is not up to date.")
    ] = False,
) -> None:
    """Write the boards of Grafana; the same specifications make the same files."""
    from streams.tools import boards

    changed = boards.outdated(to) if check else boards.generate(to)
    typer.echo("\n".join(str(path) for path in changed) or "boards are up to date")
    raise typer.Exit(1 if check and changed else 0)


@app.command("list")
def list_(lang: Annotated[Language, typer.Option(help="ja or en.")] = Language.ja) -> None:
    """List every panel of every board: its id and the question that it answers."""
    from streams.tools import boards

    Console().print(boards.listed(lang.value))
