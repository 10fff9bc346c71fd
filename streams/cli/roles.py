"""Commands that run a role or prepare what roles need."""

import sys
from typing import Annotated

import typer

from streams.cli.options import State
from streams.configuration.settings import load_settings

app = typer.Typer()


@app.command()
def gateway(state: State = None) -> None:
    """Receive webhooks: verify, normalise, write to Kafka, then answer."""
    from streams.ingest.http.server import serve

    serve(load_settings(state))


@app.command()
def worker(
    state: State = None,
    epoch: Annotated[
        int | None, typer.Option(help="Epoch to count in instead of the live one.")
    ] = None,
) -> None:
    """Keep the exact KPI cells."""
    from streams.worker.role import serve

    sys.argv = sys.argv[:1]  # Faust reads the command line too
    serve(load_settings(state), epoch)


@app.command()
def archiver(state: State = None) -> None:
    """Write cells and events into ClickHouse."""
    from streams.archive.role import serve

    serve(load_settings(state))


@app.command()
def board(
    state: State = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")] = None,
) -> None:
    """Serve the boards as a page with live numbers."""
    from streams.boards.role import serve

    overrides = {} if port is None else {"board_port": port}
    serve(load_settings(state, **overrides))


@app.command()
def watch(state: State = None) -> None:
    """Detect KPIs that are off target and record each breach once."""
    from streams.alerting.role import serve_watch

    serve_watch(load_settings(state))


@app.command()
def dispatcher(state: State = None) -> None:
    """Send every active breach to Alertmanager for as long as it lasts."""
    from streams.alerting.role import serve_dispatcher

    serve_dispatcher(load_settings(state))


@app.command("relay-ledger")
def relay_ledger(state: State = None) -> None:
    """Keep the ledger of Career Relay (キャリアリレー): persons, slots and their value."""
    from streams.relay.role import serve

    serve(load_settings(state))


@app.command()
def reporter(state: State = None) -> None:
    """Make the reports that are due and deliver them, each version once."""
    from streams.reporting.role import serve

    serve(load_settings(state))


@app.command()
def topics(state: State = None) -> None:
    """Create missing Kafka topics; fail if an existing topic has another partition count."""
    from streams.kafka.admin import ensure_topics

    settings = load_settings(state)
    ensure_topics(settings.kafka_access, settings.partitions, settings.replication)
    typer.echo("topics match the declarations")


@app.command()
def migrate(state: State = None) -> None:
    """Apply pending ClickHouse migrations, changed views, KPIs and tenants; refuse a changed migration."""
    from sinks.clickhouse.client import connect
    from sinks.clickhouse.migrate import migrate as apply
    from streams.archive.tenants import publish_tenants

    settings = load_settings(state)
    client = connect(settings.clickhouse_access)
    done = apply(client)
    if publish_tenants(client, settings):
        done.append("published tenants")
    typer.echo("\n".join(done) or "nothing to apply")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(installed_version())


def installed_version() -> str:
    """Return the version of the installed package."""
    from importlib.metadata import version as installed

    return installed("hirelay")
