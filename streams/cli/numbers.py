"""Commands that show, prove and rebuild the numbers."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import AnswerFormat, Basis, Dimension, Language, Shape, State, day
from streams.configuration.settings import load

app = typer.Typer()
kpi_app = typer.Typer(help="Read KPIs.", no_args_is_help=True)
app.add_typer(kpi_app, name="kpi")


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
        Basis, typer.Option(help="Day of the fact, of the application, or of entering a stage.")
    ] = Basis.decision,
    as_of: Annotated[
        str | None, typer.Option(help="Day up to which cases in flight are known; default today.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--kpi", help="Only this KPI; may be given again.")
    ] = None,
    shape: Annotated[Shape, typer.Option("--format", help="How to print.")] = Shape.table,
    state: State = None,
) -> None:
    """Show the KPIs of one company from ClickHouse."""
    from sinks.clickhouse.client import connect
    from streams.configuration.files import currency_of
    from streams.tools.kpi import definitions
    from streams.tools.kpi import query as kpi_query
    from streams.tools.kpi import text as kpi_text

    settings = load(state)
    today = datetime.now().astimezone().date()
    question = kpi_query.Question(
        tenant=tenant,
        dimension=dim.value,
        basis=basis.value,
        first=day(first, today - timedelta(days=90)),
        last=day(last, today),
        as_of=day(as_of, today),
        kpis=tuple(definitions.find(each).id for each in only or ()),
        currency=currency_of(settings.config, tenant),
    )
    client = connect(settings.clickhouse, settings.clickhouse_password)
    kpi_text.render(kpi_query.show(client, question), shape.value, Console())


@kpi_app.command("list")
def list_(
    lang: Annotated[Language, typer.Option(help="ja or en.")] = Language.ja,
    page: Annotated[bool, typer.Option("--page", help="The whole catalogue as Markdown.")] = False,
) -> None:
    """List every KPI: id, name, formula, bases."""
    from streams.tools.kpi import definitions

    if page:
        typer.echo(definitions.page(lang.value), nl=False)
    else:
        Console().print(definitions.listed(lang.value))


@kpi_app.command("explain")
def explain(
    kpi: Annotated[str, typer.Argument(help="Id of the KPI.")],
    lang: Annotated[Language, typer.Option(help="ja or en.")] = Language.ja,
) -> None:
    """Say what a KPI means: numerator, denominator, basis, smallest sample, standards, policies."""
    from streams.tools.kpi import definitions

    typer.echo(definitions.explained(definitions.find(kpi), lang.value), nl=False)


@app.command()
def verify(
    state: State = None,
    answer: Annotated[
        AnswerFormat, typer.Option("--format", help="How to print the verdict.")
    ] = AnswerFormat.text,
    patience: Annotated[float, typer.Option(help="Seconds a cell may be on its way.")] = 30.0,
) -> None:
    """Fold the accepted events alone and compare every cell; end 1 on any difference."""
    from streams.tools.verify.command import check

    verdict = check(load(state), patience_s=patience, console=Console(stderr=True))
    typer.echo(verdict.as_json() if answer is AnswerFormat.json else verdict.as_text())
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
