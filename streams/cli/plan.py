"""CLI commands that validate targets and compare them with actuals."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import Catalogue, Lang, Language, Shape, State, TenantId, flag, parse_day
from streams.configuration.settings import load_settings

app = typer.Typer(help="予実: compare targets with actuals.", no_args_is_help=True)
File = Annotated[
    Path | None, typer.Option("--targets", help="Targets file, instead of HIRELAY_TARGETS.")
]


@app.command()
def check(lang: Catalogue = Language.ja, targets: File = None, state: State = None) -> None:
    """Validate the targets and print them; exit 2 with what to change."""
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import load_targets
    from streams.tools.plan import text as plan_text
    from streams.tools.tables import print_table

    settings = load_settings(state)
    tenancy = load_tenancy(settings.config)
    loaded = load_targets(targets or settings.targets, tenancy)
    print_table(plan_text.targets_table(loaded, tenancy, lang.value), Console())


@app.command()
def show(
    tenant: TenantId,
    period: Annotated[
        str | None,
        typer.Option(help="2026-04, 2026-Q2 or FY2026; default: targets active on the day."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Last local day to include; default today.")
    ] = None,
    with_arrivals: Annotated[
        bool, flag("--with-arrivals", "Include future applications in the forecast.")
    ] = False,
    lang: Lang = None,
    shape: Annotated[Shape, typer.Option("--format", help="Output format.")] = Shape.table,
    targets: File = None,
    state: State = None,
) -> None:
    """Show plan and actuals of one tenant, and the hires expected by the end of the period."""
    from schemas.instants import local_today
    from sinks.clickhouse.client import connect
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import load_targets, require_tenant
    from streams.reading import plan as plan_query
    from streams.tools.plan import text as plan_text
    from streams.tools.progress import working

    settings = load_settings(state)
    tenancy = load_tenancy(settings.config)
    tenant_config = require_tenant(tenancy, tenant)
    loaded = load_targets(targets or settings.targets, tenancy)
    today = local_today(datetime.now(UTC), tenant_config.timezone)
    last_day = parse_day(as_of, today)
    if last_day > today:
        msg = f"{last_day} is in the future; today is {today} in {tenant_config.timezone}"
        raise typer.BadParameter(msg)
    try:
        days = None if period is None else loaded.period(tenant, period)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    request = plan_query.PlanRequest(
        tenant=tenant_config, targets=loaded, as_of=last_day, period=days, arrivals=with_arrivals
    )
    client = connect(settings.clickhouse_access)
    with working(f"reading the numbers of {tenant}"):
        lines = plan_query.fetch_lines(client, request)
    language = lang.value if lang else tenant_config.language
    plan_text.render(lines, plan_text.Output(request, shape.value, language), Console())
