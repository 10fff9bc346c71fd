"""Commands that run a whole local stack."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import LocalState, flag

app = typer.Typer()


@app.command()
def up(
    state: LocalState = Path("state"),
    workers: Annotated[
        int, typer.Option(min=1, help="Number of workers; partitions are shared among them.")
    ] = 1,
    as_json: Annotated[bool, flag("--json", "Print run.json as one line when ready.")] = False,
    config: Annotated[
        Path | None,
        typer.Option(help="Configuration file to use instead of the sample companies."),
    ] = None,
) -> None:
    """Run the whole stack locally, without Docker, until Ctrl-C."""
    from streams.local.stack import up as run

    run(state, workers=workers, json_output=as_json, config=config)


@app.command()
def down(state: LocalState = Path("state")) -> None:
    """Stop the stack that runs in a state directory."""
    from streams.local.stack import down as stop

    stop(state)
    typer.echo(f"stopped the stack in {state}")


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(help="New file, such as hirelay-2026-11-27.tar.gz.")],
    state: LocalState = Path("state"),
) -> None:
    """Copy a stopped local stack into one file: Kafka, ClickHouse, spool, configuration and secrets; keep it safe."""
    from streams.local.backup import back_up

    typer.echo(back_up(state, path, datetime.now(UTC)).as_text("copied", path))


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(help="File that `hirelay backup` wrote.")],
    state: LocalState = Path("state"),
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove what is in the directory.")
    ] = False,
) -> None:
    """Put a backup into the directory of a stopped local stack; then `hirelay up` and `hirelay verify`."""
    from streams.local.backup import restore as run

    typer.echo(run(path, state, replace=replace).as_text("restored", state))


@app.command()
def demo(
    state: LocalState = Path("state"),
    once: Annotated[bool, flag("--once", "Exit after the check.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the simulated season.")] = 7,
) -> None:
    """Start the stack, post a simulated hiring season over HTTP, and show and check the numbers."""
    from streams.tools.demo.command import run

    raise typer.Exit(run(state, once=once, seed=seed, console=Console()))


@app.command()
def simulate(
    state: LocalState = Path("state"),
    events: Annotated[int, typer.Option(help="Approximate number of deliveries.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the simulated season.")] = 7,
    duplicates: Annotated[
        float, typer.Option(min=0, max=1, help="Share of deliveries sent twice.")
    ] = 0.0,
    shuffle: Annotated[
        float, typer.Option(min=0, max=1, help="Share of deliveries sent out of order.")
    ] = 0.0,
    rate: Annotated[
        float | None, typer.Option(min=0.1, help="Maximum deliveries per second.")
    ] = None,
) -> None:
    """Post a simulated season, signed as each vendor signs, to a running local stack."""
    from streams.tools.demo.simulate import simulate as play

    report = play(
        state,
        events=events,
        seed=seed,
        duplicates=duplicates,
        shuffle=shuffle,
        rate=rate,
        console=Console(stderr=True),
    )
    typer.echo(report.describe())
    raise typer.Exit(0 if report.complete else 1)
