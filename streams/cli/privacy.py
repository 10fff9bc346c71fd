"""Commands for the rights of people."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import AnswerFormat, Listing, State, TenantId, flag
from streams.configuration.settings import Settings, load_settings

app = typer.Typer()

Apply = Annotated[bool, flag("--apply", "Write it, with the gateway and every role stopped.")]
Format = Annotated[AnswerFormat, typer.Option(help="Output format.")]
LocalConfig = Annotated[
    Path | None, typer.Option(help="Configuration file that `hirelay up` was started with, if any.")
]


@app.command()
def erase(
    tenant: TenantId,
    candidate: Annotated[str, typer.Option(help="Id of the candidate in the ATS.")] = "",
    application: Annotated[
        str, typer.Option(help="Id of one of their applications, where the ATS has no candidates.")
    ] = "",
    expired: Annotated[
        bool,
        flag("--expired", "Everybody to whom nothing has happened for `candidates_days`."),
    ] = False,
    apply: Apply = False,
    format: Format = AnswerFormat.text,  # noqa: A002
    config: LocalConfig = None,
    state: State = None,
) -> None:
    """Make a person's ids unlinkable everywhere, without changing a number: by default a dry run that says what it finds."""
    from streams.tools.erasing import command, erase

    request = erase.Request(
        tenant=tenant,
        candidate=candidate,
        application=application,
        expired=expired,
        environ=os.environ,
    )
    console = Console(stderr=True)
    with _broker(state, config) as settings:
        report = command.run(settings, request, datetime.now(UTC), console, apply=apply)
    typer.echo(report.as_json() if format is AnswerFormat.json else report.as_text())
    raise typer.Exit(0 if report.found else 1)


@app.command()
def rekey(
    tenant: TenantId,
    apply: Apply = False,
    format: Format = AnswerFormat.text,  # noqa: A002
    config: LocalConfig = None,
    state: State = None,
) -> None:
    """Move what people are known by under a new `person_key`, without changing a number: by default a dry run."""
    from streams.tools.rekeying import command

    with _broker(state, config) as settings:
        report = command.run(settings, tenant, os.environ, datetime.now(UTC), apply=apply)
    typer.echo(report.as_json() if format is AnswerFormat.json else report.as_text())


@app.command()
def retention(
    tenant: Annotated[str, typer.Option(help="Only this company, and what is kept for all.")] = "",
    shape: Annotated[Listing, typer.Option("--format", help="Output format.")] = Listing.table,
    state: State = None,
) -> None:
    """Show what is kept, where, for how long, since when, and what ends it."""
    from sinks.clickhouse.client import connect
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import require_tenant
    from streams.tools.retention import text
    from streams.tools.retention.stored_data import stored_data
    from streams.tools.tables import print_table

    settings = load_settings(state)
    tenancy = load_tenancy(settings.config)
    tenants = [require_tenant(tenancy, tenant).id] if tenant else [t.id for t in tenancy.tenants]
    client = connect(settings.clickhouse_access)
    rows = stored_data(settings.kafka_access, client, tenancy, tenants, datetime.now(UTC))
    if shape is Listing.json:
        typer.echo(text.as_json(rows))
    else:
        print_table(text.as_table(rows), Console())


@contextmanager
def _broker(state: Path | None, config: Path | None) -> Iterator[Settings]:
    """Use the running broker; that of a stopped local stack runs for as long as it is needed."""
    from streams.local.broker_alone import broker_alone

    if state is None or (state / "run.json").exists():
        yield load_settings(state)
        return
    with broker_alone(state, config) as settings:
        yield settings
