"""CLI commands that show, verify and replay KPIs."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from streams.cli.completion import complete_kpi
from streams.cli.options import (
    AnswerFormat,
    Basis,
    Catalogue,
    Dimension,
    Lang,
    Language,
    Shape,
    State,
    TenantId,
    flag,
    parse_day,
    parse_window,
)
from streams.configuration.settings import load_settings

app = typer.Typer()
kpi_app = typer.Typer(help="Read KPIs.", no_args_is_help=True)
app.add_typer(kpi_app, name="kpi")


@kpi_app.command("show")
def show(
    tenant: TenantId,
    dim: Annotated[Dimension, typer.Option(help="Dimension to group by.")] = Dimension.channel,
    first: Annotated[
        str | None,
        typer.Option("--from", help="First local day, 2026-11-24; default: 90 days up to --to."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", help="Last local day, included; default today.")
    ] = None,
    basis: Annotated[
        Basis,
        typer.Option(help="Count by day of the event, of the application, or of stage entry."),
    ] = Basis.decision,
    as_of: Annotated[
        str | None,
        typer.Option(help="Day as of which in-flight cases are evaluated; default today."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--kpi", help="Only this KPI; may be repeated.", autocompletion=complete_kpi),
    ] = None,
    lang: Lang = None,
    shape: Annotated[Shape, typer.Option("--format", help="Output format.")] = Shape.table,
    state: State = None,
) -> None:
    """Show the KPIs of one tenant from ClickHouse."""
    from schemas.instants import local_today
    from schemas.tenants.config import DEFAULT_CURRENCY, DEFAULT_TIMEZONE
    from schemas.text.languages import DEFAULT_LANGUAGE
    from sinks.clickhouse.client import connect
    from streams.configuration.targets import find_tenant
    from streams.reading import kpis as kpi_query
    from streams.tools.kpi import definitions
    from streams.tools.kpi import text as kpi_text
    from streams.tools.progress import working

    settings = load_settings(state)
    company = find_tenant(settings.config, tenant)
    timezone = company.timezone if company else DEFAULT_TIMEZONE
    language = company.language if company else DEFAULT_LANGUAGE
    today = local_today(datetime.now(UTC), timezone)
    window = parse_window(first, last, today)
    query = kpi_query.KpiQuery(
        tenant=tenant,
        dimension=dim.value,
        basis=basis.value,
        first=window[0],
        last=window[1],
        as_of=parse_day(as_of, today),
        kpis=tuple(definitions.find(kpi_id).id for kpi_id in only or ()),
        currency=company.currency if company else DEFAULT_CURRENCY,
    )
    client = connect(settings.clickhouse_access)
    with working(f"reading the KPIs of {tenant}"):
        table = kpi_query.fetch_dated_kpis(client, query)
    if shape is Shape.table and table.numbers_as_of is not None:
        numbers_of = table.numbers_as_of.astimezone(ZoneInfo(timezone))
        Console().print(f"numbers as of {numbers_of:%Y-%m-%d %H:%M:%S} ({timezone})")
    kpi_text.render(table, shape.value, Console(), lang.value if lang else language)


@kpi_app.command("list")
def list_(
    lang: Catalogue = Language.ja,
    page: Annotated[bool, flag("--page", "The whole catalogue as Markdown.")] = False,
) -> None:
    """List every KPI: id, name, formula, bases."""
    from streams.tools.kpi import definitions
    from streams.tools.tables import print_table

    if page:
        typer.echo(definitions.catalogue_page(lang.value), nl=False)
    else:
        print_table(definitions.catalogue_table(lang.value), Console())


@kpi_app.command("explain")
def explain(
    kpi: Annotated[str, typer.Argument(help="KPI id.", autocompletion=complete_kpi)],
    lang: Catalogue = Language.ja,
) -> None:
    """Explain a KPI: numerator, denominator, basis, smallest sample, standards, policies."""
    from streams.tools.kpi import definitions

    typer.echo(definitions.explain(definitions.find(kpi), lang.value), nl=False)


@app.command()
def verify(
    state: State = None,
    answer: Annotated[
        AnswerFormat, typer.Option("--format", help="Output format of the verdict.")
    ] = AnswerFormat.text,
    patience: Annotated[float, typer.Option(help="Seconds to wait for cells in flight.")] = 30.0,
    independent: Annotated[
        bool,
        flag(
            "--independent",
            "Compare with the independent reading too, which shares no code with the fold; slow.",
        ),
    ] = False,
) -> None:
    """Recompute every cell from the accepted events and compare; exit 1 on any difference."""
    from streams.tools.verify.command import verify_live

    verdict = verify_live(
        load_settings(state),
        patience_s=patience,
        console=Console(stderr=True),
        independent=independent,
    )
    typer.echo(verdict.as_json() if answer is AnswerFormat.json else verdict.as_text())
    raise typer.Exit(1 if verdict.differences else 0)


@app.command()
def replay(
    state: State = None,
    force: Annotated[bool, flag("--force", "Replay even if nothing has changed.")] = False,
) -> None:
    """Recount every accepted event with the current configuration and version, verify the result, then switch to it."""
    from streams.tools.replay import replay as run

    finding = run(load_settings(state), force=force, console=Console(stderr=True))
    if finding is None:
        typer.echo("nothing to replay: a replay would give the live numbers")
        return
    typer.echo(finding.as_text())
    raise typer.Exit(1 if finding.differences else 0)
