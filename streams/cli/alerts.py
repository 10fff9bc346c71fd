"""Commands about what is off target: which breaches there are, why, what was done, and whether anybody would hear."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from streams.cli.options import Language, State
from streams.configuration.settings import Settings, load

if TYPE_CHECKING:
    from streams.tools.alerts.text import Audience

app = typer.Typer(help="What is off target, and what was done about it.", no_args_is_help=True)
Breach = Annotated[str, typer.Argument(metavar="ID", help="Id of the breach, or its beginning.")]
Tenant = Annotated[str, typer.Option("--tenant", help="Only of this company.")]
Lang = Annotated[
    Language | None, typer.Option("--lang", help="ja or en; without it that of the company.")
]


@app.command("list")
def list_(
    tenant: Tenant = "",
    every: Annotated[
        bool, typer.Option("--all", help="Those that ended in the last 30 days, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    lang: Lang = None,
    state: State = None,
) -> None:
    """List what is off target now, newest first."""
    from streams.tools.alerts import read as alerts_read
    from streams.tools.alerts import text

    settings = load(state)
    reader = _reader(settings, lang, tenant)
    known = alerts_read.read(settings.kafka)
    breaches = known.of(tenant, datetime.now(UTC), ended=every)
    if as_json:
        typer.echo(text.as_json(breaches, known, reader))
    elif breaches:
        Console().print(text.table(breaches, known, reader, tenant))
    else:
        typer.echo(text.head("nothing", reader.common(breaches, tenant)))


@app.command()
def explain(breach: Breach, lang: Lang = None, state: State = None) -> None:
    """Say everything about one breach: evidence, weeks, cause, what to check, a suggestion, and what was done."""
    from streams.tools.alerts.explain import explanation

    settings = load(state)
    typer.echo(explanation(settings, _reader(settings, lang), breach), nl=False)


@app.command()
def act(
    breach: Breach,
    action: Annotated[str, typer.Argument(help="accepted, ignored or done.")],
    at: Annotated[
        str | None, typer.Option(help="When, as 2026-04-01T09:00:00+09:00; default now.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Tells it from an equal action of the same breach.")
    ] = None,
    tenant: Annotated[
        str, typer.Option(help="Whose breach it is; with a whole id Kafka is not asked.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option(help="File with an API token; without it one of the tenant's.")
    ] = None,
    state: State = None,
) -> None:
    """Record through the gateway what was done about a breach; the same again changes nothing."""
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import tenant_of
    from streams.tools.alerts import read as alerts_read
    from streams.tools.alerts import record_action

    settings = load(state)
    body = record_action.body(action, at, key)
    if tenant and token_file is None:
        tenant_of(load_tenancy(settings.config), tenant)
    if not (tenant and record_action.is_whole(breach)):
        found = alerts_read.read(settings.kafka).find(breach, tenant)
        breach, tenant = found.id, found.tenant
    api = record_action.api(settings, tenant, breach, os.environ, token_file)
    record_action.act(api, body)
    typer.echo(f"記録しました / Recorded: {action} ({breach})")


@app.command("test")
def try_out(tenant: Tenant = "", lang: Lang = None, state: State = None) -> None:
    """Send every Alertmanager an alert that needs no action, and say whether it arrived and whom it was routed to."""
    from streams.tools.alerts import alertmanagers, text

    settings = load(state)
    language = _reader(settings, lang, tenant).common((), tenant)
    outcomes = [
        alertmanagers.tested(each, tenant, language, datetime.now(UTC), time.sleep)
        for each in alertmanagers.addresses(settings)
    ]
    for each in outcomes:
        typer.echo(text.outcome(each, language))
    raise typer.Exit(1 if any(each.problem for each in outcomes) else 0)


@app.command("silence-link")
def silence_link(breach: Breach, state: State = None) -> None:
    """Print, for each Alertmanager, the address at which exactly this breach can be silenced."""
    from streams.tools.alerts import alertmanagers
    from streams.tools.alerts import read as alerts_read

    settings = load(state)
    addresses = alertmanagers.addresses(settings)
    found = alerts_read.read(settings.kafka).find(breach)
    for each in addresses:
        typer.echo(alertmanagers.silence_link(each, found))


def _reader(settings: Settings, lang: Language | None, tenant: str = "") -> "Audience":
    """Who reads; raise Misconfigured for a company that is not configured here."""
    from streams.configuration.targets import tenant_of
    from streams.tools.alerts.explain import reader_of

    reader = reader_of(settings, "" if lang is None else lang.value)
    if tenant:
        tenant_of(reader.tenancy, tenant)
    return reader
