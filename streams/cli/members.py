"""The commands of the directory of names."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import State, TenantId, flag
from streams.configuration.settings import load_settings

app = typer.Typer(
    help="The directory of names: jobs, departments and employees; never candidates.",
    no_args_is_help=True,
)


class NamedKind(StrEnum):
    """What a name belongs to."""

    job = "job"
    department = "department"
    person = "person"


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with the columns kind, id and name.")],
    tenant: TenantId,
    state: State = None,
) -> None:
    """Import names from a CSV file with the columns kind (job, department, person), id and name; refused lines stop it."""
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import require_tenant
    from streams.tools.members import command

    settings = load_settings(state)
    company = require_tenant(load_tenancy(settings.config), tenant)
    typer.echo(command.import_names(settings, company, file, datetime.now(UTC)))


@app.command("list")
def list_(tenant: TenantId, state: State = None) -> None:
    """List the names that boards, kpi show and reports show in place of ids."""
    from sinks.clickhouse.client import connect
    from streams.configuration.targets import find_tenant
    from streams.tools.members import command
    from streams.tools.tables import print_table

    settings = load_settings(state)
    find_tenant(settings.config, tenant)
    table = command.names_table(connect(settings.clickhouse_access), tenant)
    if table.rows:
        print_table(table, Console())
    else:
        typer.echo("No name is known yet.")


@app.command()
def remove(
    tenant: TenantId,
    kind: Annotated[NamedKind, typer.Option(help="What the ids are.")] = NamedKind.person,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids whose names to remove.")] = None,
    all_: Annotated[bool, flag("--all", "Every name of the kind.")] = False,
    state: State = None,
) -> None:
    """Remove names for good, as when an employee leaves: no webhook brings a removed name back, only an import does."""
    from streams.configuration.targets import find_tenant
    from streams.tools.members import command

    if bool(ids) == all_:
        msg = "name the ids, or --all"
        raise typer.BadParameter(msg)
    settings = load_settings(state)
    find_tenant(settings.config, tenant)
    now = datetime.now(UTC)
    typer.echo(command.remove_names(settings, tenant, kind.value, ids or [], now))
