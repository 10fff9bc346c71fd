"""The commands that explain a change of a KPI, and say what became of suggestions."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from schemas.errors import Unavailable
from streams.cli.options import Language, State, parse_day
from streams.configuration.settings import load_settings

app = typer.Typer()


@app.command()
def explain(
    kpi: Annotated[
        str, typer.Argument(metavar="[KPI]", help="Id of a KPI, as in `hirelay kpi list`.")
    ] = "",
    tenant: Annotated[str, typer.Option(help="Tenant id; needed with a KPI.")] = "",
    number: Annotated[
        list[str] | None,
        typer.Option(
            help="Twice: two numbers that differ, each FILE.json#KPI of a report or BOARD-ADDRESS#KPI;"
            " of a member KPI@channel=doda, of another basis KPI,basis=cohort."
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First local day; default 27 days ago.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last local day; default today.")] = None,
    versus: Annotated[
        str | None,
        typer.Option(help="First day of as many days to compare with; default: those just before."),
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="ja or en.")] = Language.ja,
    state: State = None,
) -> None:
    """Explain why a KPI differs between two periods (rates and mix by channel, job and recruiter, and the bridge of hires), or why two numbers of reports and boards differ."""
    if number:
        _explain_two(number, lang, state)
        return
    if not kpi or not tenant:
        what = "name a KPI and --tenant, or two numbers that differ with --number A --number B"
        raise typer.BadParameter(what)
    from schemas.instants import local_today
    from schemas.tenants.config import DEFAULT_TIMEZONE
    from sinks.clickhouse.client import connect
    from streams.configuration.targets import find_tenant
    from streams.reading import change as explaining
    from streams.tools.explaining import text
    from streams.tools.kpi import definitions

    settings = load_settings(state)
    company = find_tenant(settings.config, tenant)
    today = local_today(datetime.now(UTC), company.timezone if company else DEFAULT_TIMEZONE)
    end = parse_day(last, today)
    after = explaining.DayRange(parse_day(first, end - timedelta(days=27)), end)
    before = after.before if versus is None else after.shifted_to(parse_day(versus, today))
    explanation = explaining.explain_change(
        connect(settings.clickhouse_access), tenant, definitions.find(kpi), after, before
    )
    for line in text.explanation_lines(explanation, lang.value):
        typer.echo(line)


@app.command()
def suggestions(
    tenant: Annotated[str, typer.Option(help="Tenant id.")],
    days: Annotated[
        int, typer.Option(min=1, max=366, help="Days after an action in which it must have helped.")
    ] = 28,
    lang: Annotated[Language, typer.Option("--lang", help="ja or en.")] = Language.ja,
    state: State = None,
) -> None:
    """Print each suggestion of the playbook that alerts made, best first: what was done, and whether it helped."""
    from sinks.clickhouse.client import connect
    from streams.configuration.targets import find_tenant
    from streams.reading.play_outcomes import read_play_outcomes
    from streams.tools.explaining.play_text import play_lines

    settings = load_settings(state)
    find_tenant(settings.config, tenant)
    outcomes = read_play_outcomes(connect(settings.clickhouse_access), tenant, days)
    for line in play_lines(outcomes, days, lang.value):
        typer.echo(line)


def _explain_two(quotes: list[str], lang: Language, state: State) -> None:
    from schemas.funnel.rules import TenantRules
    from sinks.clickhouse.client import connect
    from streams.configuration.files import load_tenancy
    from streams.kafka import epochs
    from streams.tools.explaining.difference_text import difference_lines
    from streams.tools.explaining.quotes import read_quote
    from streams.tools.explaining.two_numbers import explain_difference, read_stories

    if len(quotes) != len(("A", "B")):
        raise typer.BadParameter("give two numbers: --number A --number B", param_hint="--number")
    settings = load_settings(state)
    client, tenancy = connect(settings.clickhouse_access), load_tenancy(settings.config)
    first, second = (read_quote(client, quote, tenancy, datetime.now(UTC)) for quote in quotes)
    live = epochs.live_epoch(epochs.read(settings.kafka_access))
    if live is None:
        raise Unavailable("kafka", "no events have been counted yet; start the workers first")
    stories = read_stories(client, first.tenant, TenantRules(live.meaning))
    for line in difference_lines(explain_difference(first, second, stories), lang.value):
        typer.echo(line)
