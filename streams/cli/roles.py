"""Commands that run a role, and those that prepare what roles need."""

import sys
from typing import Annotated

import typer

from streams.cli.options import State
from streams.configuration.settings import load

app = typer.Typer()


@app.command()
def gateway(state: State = None) -> None:
    """Receive webhooks: verify, normalise, write to Kafka, then answer."""
    from streams.ingest.http.server import serve

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
def board(
    state: State = None,
    port: Annotated[int | None, typer.Option(help="Port of the page; 0 takes a free one.")] = None,
) -> None:
    """Show the boards as a page with live numbers."""
    from streams.boards.role import serve

    given = {} if port is None else {"board_port": port}
    serve(load(state, **given))


@app.command()
def watch(state: State = None) -> None:
    """Find what is off target, and write it down once."""
    from streams.alerting.role import serve_watch

    serve_watch(load(state))


@app.command()
def dispatcher(state: State = None) -> None:
    """Tell Alertmanager of every breach, for as long as it goes on."""
    from streams.alerting.role import serve_dispatcher

    serve_dispatcher(load(state))


@app.command()
def topics(state: State = None) -> None:
    """Create the Kafka topics that are missing; refuse a partition count that differs."""
    from streams.kafka.admin import ensure_topics

    settings = load(state)
    ensure_topics(settings.kafka, settings.partitions, settings.replication)
    typer.echo("topics are as declared")


@app.command()
def migrate(state: State = None) -> None:
    """Bring ClickHouse to the present migrations, KPIs and companies; refuse a changed migration."""
    from sinks.clickhouse.client import connect
    from sinks.clickhouse.migrate import migrate as apply
    from streams.archive.tenants import publish_tenants

    settings = load(state)
    client = connect(settings.clickhouse, settings.clickhouse_password)
    applied = [*apply(client), *(["tenants"] if publish_tenants(client, settings) else [])]
    typer.echo("\n".join(f"applied {name}" for name in applied) or "nothing to apply")


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(installed("hirelay"))
