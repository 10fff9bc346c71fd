"""CLI commands that show, verify and replay KPIs."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from streams.cli.options import AnswerFormat, Basis, Dimension, Language, Shape, State, parse_day
from streams.configuration.settings import load_settings

app = typer.Typer()
kpi_app = typer.Typer(help="Read KPIs.", no_args_is_help=True)
app.add_typer(kpi_app, name="kpi")


@kpi_app.command("show")
def show(
    tenant: Annotated[str, typer.Option(help="Tenant id.")],
    dim: Annotated[Dimension, typer.Option(help="Dimension to group by.")] = Dimension.channel,
    first: Annotated[
        str | None, typer.Option("--from", help="First local day, 2026-11-24; default 90 days ago.")
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
        list[str] | None, typer.Option("--kpi", help="Only this KPI; may be repeated.")
    ] = None,
    shape: Annotated[Shape, typer.Option("--format", help="Output format.")] = Shape.table,
    state: State = None,
) -> None:
    """Show the KPIs of one tenant from ClickHouse."""
    from schemas.instants import local_today
    from sinks.clickhouse.as_of import read_as_of
    from sinks.clickhouse.client import connect
    from streams.configuration.files import currency_and_timezone
    from streams.tools.kpi import definitions
    from streams.tools.kpi import query as kpi_query
    from streams.tools.kpi import text as kpi_text

    settings = load_settings(state)
    currency, timezone = currency_and_timezone(settings.config, tenant)
    today = local_today(datetime.now(UTC), timezone)
    query = kpi_query.KpiQuery(
        tenant=tenant,
        dimension=dim.value,
        basis=basis.value,
        first=parse_day(first, today - timedelta(days=90)),
        last=parse_day(last, today),
        as_of=parse_day(as_of, today),
        kpis=tuple(definitions.find(kpi_id).id for kpi_id in only or ()),
        currency=currency,
    )
    client = connect(settings.clickhouse_access)
    numbers_of = read_as_of(client).astimezone(ZoneInfo(timezone))
    if shape is Shape.table:
        Console().print(f"numbers as of {numbers_of:%Y-%m-%d %H:%M:%S} ({timezone})")
    kpi_text.render(kpi_query.fetch_kpis(client, query), shape.value, Console())


@kpi_app.command("list")
def list_(
    lang: Annotated[Language, typer.Option(help="ja or en.")] = Language.ja,
    page: Annotated[bool, typer.Option("--page", help="The whole catalogue as Markdown.")] = False,
) -> None:
    """List every KPI: id, name, formula, bases."""
    from streams.tools.kpi import definitions

    if page:
        typer.echo(definitions.catalogue_page(lang.value), nl=False)
    else:
        Console().print(definitions.catalogue_table(lang.value))


@kpi_app.command("explain")
def explain(
    kpi: Annotated[str, typer.Argument(help="KPI id.")],
    lang: Annotated[Language, typer.Option(help="ja or en.")] = Language.ja,
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
        typer.Option(
            "--independent",
            help="Compare with the independent reading too, which shares no code with the fold; slow.",
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
    force: Annotated[
        bool, typer.Option("--force", help="Replay even if nothing has changed.")
    ] = False,
) -> None:
    """Recount every accepted event with the current configuration and version, verify the result, then switch to it."""
    from streams.tools.replay import replay as run

    finding = run(load_settings(state), force=force, console=Console(stderr=True))
    if finding is None:
        typer.echo("nothing to replay: a replay would give the live numbers")
        return
    typer.echo(finding.as_text())
    raise typer.Exit(1 if finding.differences else 0)
