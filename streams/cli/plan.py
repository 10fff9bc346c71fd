"""Commands about targets: whether they make sense, and how far they are reached."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from streams.cli.options import Shape, State, day
from streams.configuration.settings import load

app = typer.Typer(help="予実: targets beside what was counted.", no_args_is_help=True)
File = Annotated[Path | None, typer.Option("--targets", help="Another file than HIRELAY_TARGETS.")]


@app.command()
def check(targets: File = None, state: State = None) -> None:
    """Check the targets and print what would be watched; end 2 with what to change."""
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import load_targets
    from streams.tools.plan import text as plan_text

    settings = load(state)
    tenancy = load_tenancy(settings.config)
    Console().print(plan_text.watched(load_targets(targets or settings.targets, tenancy), tenancy))


@app.command()
def show(
    tenant: Annotated[str, typer.Option(help="Which company.")],
    period: Annotated[
        str | None,
        typer.Option(help="2026-04, 2026-Q2 or FY2026; default: what is in force on the day."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Last local day that counts; default today.")
    ] = None,
    with_arrivals: Annotated[
        bool, typer.Option("--with-arrivals", help="Forecast applications still to come, too.")
    ] = False,
    shape: Annotated[Shape, typer.Option("--format", help="How to print.")] = Shape.table,
    targets: File = None,
    state: State = None,
) -> None:
    """Show plan and actual of one company, and the hires to expect by the end of the period."""
    from sinks.clickhouse.client import connect
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import load_targets, tenant_of
    from streams.tools.plan import query as plan_query
    from streams.tools.plan import text as plan_text

    settings = load(state)
    tenancy = load_tenancy(settings.config)
    whose = tenant_of(tenancy, tenant)
    held = load_targets(targets or settings.targets, tenancy)
    today = datetime.now(ZoneInfo(whose.timezone)).date()
    known = day(as_of, today)
    if known > today:
        msg = f"{known} has not come yet; today is {today} in {whose.timezone}"
        raise typer.BadParameter(msg)
    try:
        days = None if period is None else held.period(tenant, period)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    asked = plan_query.PlanRequest(
        tenant=whose, targets=held, as_of=known, period=days, arrivals=with_arrivals
    )
    client = connect(settings.clickhouse, settings.clickhouse_password)
    plan_text.render(asked, plan_query.lines(client, asked), shape.value, Console())
