"""The command line: roles to run, tools to use; every role's module is imported only when it runs."""

import logging
import sys
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from schemas.errors import Condition
from streams import logs
from streams.config import Misconfigured
from streams.settings import load

app = typer.Typer(
    help="Hirelay: exact recruiting KPIs from ATS webhooks, as hiring happens.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
kpi_app = typer.Typer(help="Read KPIs.", no_args_is_help=True)
app.add_typer(kpi_app, name="kpi")
mapping_app = typer.Typer(help="What stages and reasons mean.", no_args_is_help=True)
app.add_typer(mapping_app, name="mapping")

State = Annotated[
    Path | None,
    typer.Option(
        "--state", help="Directory of a local stack; without it HIRELAY_… variables apply."
    ),
]
LocalState = Annotated[Path, typer.Option("--state", help="Directory of the local stack.")]


class Dimension(StrEnum):
    """By what to break down."""

    total = "total"
    channel = "channel"
    interviewer = "interviewer"
    recruiter = "recruiter"
    job = "job"


class Basis(StrEnum):
    """On which day a fact counts: the day it happened, or the day of the application."""

    decision = "decision"
    cohort = "cohort"


class Shape(StrEnum):
    """How to print a table."""

    table = "table"
    json = "json"
    csv = "csv"


class Answer(StrEnum):
    """How to print a verdict."""

    text = "text"
    json = "json"


@app.command()
def gateway(state: State = None) -> None:
    """Receive webhooks: verify, normalise, write to Kafka, then answer."""
    from streams.ingest.server import serve

    serve(load(state))


@app.command()
def worker(
    state: State = None,
    epoch: Annotated[
        int | None, typer.Option(help="Count in this epoch instead of the live one.")
    ] = None,
) -> None:
    """Keep the exact KPI cells."""
    from streams.worker.role import serve

    sys.argv = sys.argv[:1]  # Faust reads the command line too
    serve(load(state), epoch)


@app.command()
def archiver(state: State = None) -> None:
    """Write cells and events into ClickHouse."""
    from streams.archive.role import serve

    serve(load(state))


@app.command()
def topics(state: State = None) -> None:
    """Create the Kafka topics that are missing; refuse a partition count that differs."""
    from streams.topics_admin import ensure_topics

    settings = load(state)
    ensure_topics(settings.kafka, settings.partitions, settings.replication)
    typer.echo("topics are as declared")


@app.command()
def migrate(state: State = None) -> None:
    """Bring ClickHouse to the present migrations; refuse a changed one."""
    from sinks.clickhouse.client import connect
    from sinks.clickhouse.migrate import migrate as apply

    settings = load(state)
    applied = apply(connect(settings.clickhouse, settings.clickhouse_password))
    typer.echo("\n".join(f"applied {name}" for name in applied) or "nothing to apply")


@app.command()
def up(
    state: LocalState = Path("state"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print run.json as one line when ready.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(help="Tenants and connections instead of the sample companies."),
    ] = None,
) -> None:
    """Run the whole stack here, without Docker, until Ctrl-C."""
    from streams.local.stack import up as run

    run(state, json_output=as_json, config=config)


@app.command()
def down(state: LocalState = Path("state")) -> None:
    """Stop the stack that runs in a state directory."""
    from streams.local.stack import down as stop

    stop(state)
    typer.echo(f"stopped the stack in {state}")


@app.command()
def demo(
    state: LocalState = Path("state"),
    once: Annotated[bool, typer.Option("--once", help="End after the check.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed, another season.")] = 7,
) -> None:
    """Start the stack, play a hiring season through the real HTTP door, show and check the numbers."""
    from streams.tools.demo import run

    raise typer.Exit(run(state, once=once, seed=seed, console=Console()))


@app.command()
def simulate(
    state: LocalState = Path("state"),
    events: Annotated[int, typer.Option(help="How many deliveries, about.")] = 1000,
    seed: Annotated[int, typer.Option(help="Another seed, another season.")] = 7,
    duplicates: Annotated[
        float, typer.Option(min=0, max=1, help="Share of deliveries sent twice.")
    ] = 0.0,
    shuffle: Annotated[
        float, typer.Option(min=0, max=1, help="Share of deliveries out of order.")
    ] = 0.0,
    rate: Annotated[
        float | None, typer.Option(min=0.1, help="At most so many deliveries a second.")
    ] = None,
) -> None:
    """Post a simulated season, signed as the vendors sign, to a running local stack."""
    from streams.tools.simulate import simulate as play

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


@app.command()
def verify(
    state: State = None,
    answer: Annotated[
        Answer, typer.Option("--format", help="How to print the verdict.")
    ] = Answer.text,
    patience: Annotated[float, typer.Option(help="Seconds a cell may be on its way.")] = 30.0,
) -> None:
    """Fold the accepted events alone and compare every cell; end 1 on any difference."""
    from streams.tools.check import check

    verdict = check(load(state), patience_s=patience, console=Console(stderr=True))
    typer.echo(verdict.as_json() if answer is Answer.json else verdict.as_text())
    raise typer.Exit(1 if verdict.differences else 0)


@app.command()
def replay(
    state: State = None,
    force: Annotated[
        bool, typer.Option("--force", help="Count anew although nothing has changed.")
    ] = False,
) -> None:
    """Count every accepted event anew by the present configuration and version, prove it, then show it instead."""
    from streams.tools.replay import replay as run

    finding = run(load(state), force=force, console=Console(stderr=True))
    if finding is None:
        typer.echo("nothing to replay: the live numbers are what a replay would give")
        return
    typer.echo(finding.as_text())
    raise typer.Exit(1 if finding.differences else 0)


def _day(value: str | None, otherwise: date) -> date:
    try:
        return otherwise if value is None else date.fromisoformat(value)
    except ValueError as error:
        msg = f"{value!r} is not a day; write it as 2026-11-24"
        raise typer.BadParameter(msg) from error


@kpi_app.command("show")
def show(
    tenant: Annotated[str, typer.Option(help="Which company.")],
    dim: Annotated[Dimension, typer.Option(help="By what to break down.")] = Dimension.channel,
    first: Annotated[
        str | None, typer.Option("--from", help="First local day, 2026-11-24; default 90 days ago.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last local day, included; default today.")
    ] = None,
    basis: Annotated[
        Basis, typer.Option(help="Day of the fact, or day of application.")
    ] = Basis.decision,
    shape: Annotated[Shape, typer.Option("--format", help="How to print.")] = Shape.table,
    state: State = None,
) -> None:
    """Show the KPIs of one company from ClickHouse."""
    from sinks.clickhouse.client import connect
    from streams.tools import kpi

    settings = load(state)
    today = datetime.now().astimezone().date()
    table = kpi.show(
        connect(settings.clickhouse, settings.clickhouse_password),
        tenant=tenant,
        dimension=dim.value,
        first=_day(first, today - timedelta(days=90)),
        last=_day(last, today),
        basis=basis.value,
    )
    kpi.render(table, shape.value, Console())


@mapping_app.command("suggest")
def suggest(
    connection: Annotated[str, typer.Option(help="Which connection.")],
    state: State = None,
) -> None:
    """Propose what the stages and reasons that a connection has sent mean, as YAML for the configuration."""
    from streams.tools import mapping

    settings = load(state)
    proposals = mapping.proposals(settings, connection, datetime.now().astimezone().date())
    typer.echo(mapping.summary(connection, proposals), err=True)
    typer.echo(mapping.as_yaml(connection, proposals), nl=False)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(installed("hirelay"))


def main() -> None:
    """Run a command; an expected condition is one clear line and exit code 2, never a traceback."""
    logs.configure(load().log_level)
    try:
        app()
    except (Condition, Misconfigured, FileNotFoundError, ConnectionError) as problem:
        logging.getLogger(__name__).debug("command failed", exc_info=True)
        typer.echo(f"hirelay: {problem}", err=True)
        sys.exit(2)
