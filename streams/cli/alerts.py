"""Commands about breaches: list and explain them, record actions, test Alertmanager and print silence links."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from streams.cli.options import Lang, Language, OnlyTenant, State, flag
from streams.configuration.settings import Settings, load_settings

if TYPE_CHECKING:
    from streams.reading.rule_accounts import RuleAccount
    from streams.tools.alerts.text import Audience

app = typer.Typer(help="Breaches: what is off target, and the actions taken.", no_args_is_help=True)
Breach = Annotated[str, typer.Argument(metavar="ID", help="Id of the breach, or a prefix of it.")]


@app.command("list")
def list_(
    tenant: OnlyTenant = "",
    every: Annotated[
        bool, flag("--all", "Include breaches that ended in the last 30 days.")
    ] = False,
    as_json: Annotated[bool, flag("--json", "As JSON.")] = False,
    lang: Lang = None,
    state: State = None,
) -> None:
    """List what is off target now, newest first."""
    from streams.tools.alerts import read as alerts_read
    from streams.tools.alerts import text
    from streams.tools.progress import working
    from streams.tools.tables import print_table

    settings = load_settings(state)
    audience = _audience(settings, lang, tenant)
    with working("reading breaches"):
        history = alerts_read.read_history(settings.kafka_access)
    breaches = history.select(tenant, datetime.now(UTC), ended=every)
    if as_json:
        typer.echo(text.as_json(breaches, history, audience))
    elif breaches:
        print_table(text.breach_table(breaches, history, audience, tenant), Console())
    else:
        typer.echo(text.heading("nothing", audience.default_language(breaches, tenant)))


@app.command()
def explain(breach: Breach, lang: Lang = None, state: State = None) -> None:
    """Explain one breach: evidence, weeks, cause, what to check, a suggestion, and the actions taken."""
    from streams.tools.alerts.explain import explanation

    settings = load_settings(state)
    typer.echo(explanation(settings, _audience(settings, lang), breach), nl=False)


@app.command()
def act(
    breach: Breach,
    action: Annotated[str, typer.Argument(help="accepted, ignored or done.")],
    at: Annotated[
        str | None, typer.Option(help="When, as 2026-04-01T09:00:00+09:00; default: now.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="Distinguishes it from an identical action on the same breach."),
    ] = None,
    tenant: Annotated[
        str, typer.Option(help="Company of the breach; with a full id, Kafka is not read.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option(help="File with an API token; default: one of the tenant's.")
    ] = None,
    state: State = None,
) -> None:
    """Record an action on a breach through the gateway; repeating it changes nothing."""
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import require_tenant
    from streams.tools.alerts import read as alerts_read
    from streams.tools.alerts import record_action

    settings = load_settings(state)
    body = record_action.request_body(action, at, key)
    if tenant and token_file is None:
        require_tenant(load_tenancy(settings.config), tenant)
    if not (tenant and record_action.is_full_id(breach)):
        match = alerts_read.read_history(settings.kafka_access).find(breach, tenant)
        breach, tenant = match.id, match.tenant
    api = record_action.action_api(settings, tenant, breach, os.environ, token_file)
    record_action.record(api, body)
    typer.echo(f"記録しました / Recorded: {action} ({breach})")


@app.command()
def coverage(tenant: OnlyTenant = "", lang: Lang = None, state: State = None) -> None:
    """Print for each rule and member how soon a fall would be seen, or that it cannot be found."""
    from streams.tools.alerts import coverage_text

    language, accounts = _accounts(state, lang, tenant)
    for account in accounts:
        for line in coverage_text.coverage_lines(account, language):
            typer.echo(line)


@app.command()
def budget(tenant: OnlyTenant = "", lang: Lang = None, state: State = None) -> None:
    """Print the account of each rule: its budget of false alarms, what was used, the smallest change it sees in time."""
    from streams.tools.alerts import coverage_text

    language, accounts = _accounts(state, lang, tenant)
    for line in coverage_text.budget_lines(accounts, language):
        typer.echo(line)


@app.command()
def digest(
    tenant: OnlyTenant = "",
    days: Annotated[int, typer.Option(min=1, max=366, help="Days up to today.")] = 28,
    rate: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="Share of the list that may be false.")
    ] = 0.1,
    as_json: Annotated[bool, flag("--json", "As JSON.")] = False,
    lang: Lang = None,
    state: State = None,
) -> None:
    """List the series of all rules that miss their target or changed, with a bound on the false share of the list."""
    from schemas.instants import local_today
    from sinks.clickhouse.client import connect
    from streams.configuration.alerts import load_alerts
    from streams.tools.alerts import digest as alerts_digest
    from streams.tools.alerts import digest_text

    settings = load_settings(state)
    audience = _audience(settings, lang, tenant)
    rules = load_alerts(settings.alerts, audience.tenancy).rules
    digests = []
    for company in audience.tenancy.tenants:
        chosen = [
            rule for rule in rules if rule.tenant == company.id and tenant in ("", company.id)
        ]
        if not chosen:
            continue
        listed = alerts_digest.read_digest(
            connect(settings.clickhouse_access),
            chosen,
            (local_today(datetime.now(UTC), company.timezone), days),
            audience.tenancy.holidays(),
            rate,
        )
        digests.append((company.id, listed))
    if as_json:
        typer.echo(digest_text.digest_json(listed for _, listed in digests))
        return
    for name, listed in digests:
        for line in digest_text.digest_lines(listed, audience.default_language((), name)):
            typer.echo(line)


@app.command("test")
def try_out(tenant: OnlyTenant = "", lang: Lang = None, state: State = None) -> None:
    """Send a test alert to every Alertmanager, and print whom it reached; exit 1 if it reached nobody."""
    from streams.tools.alerts import alertmanagers, text

    settings = load_settings(state)
    language = _audience(settings, lang, tenant).default_language((), tenant)
    outcomes = [
        alertmanagers.send_test_alert(address, tenant, language, datetime.now(UTC), time.sleep)
        for address in alertmanagers.addresses(settings)
    ]
    for outcome in outcomes:
        typer.echo(text.render_outcome(outcome, language))
    raise typer.Exit(1 if any(outcome.failed for outcome in outcomes) else 0)


@app.command("silence-link")
def silence_link(breach: Breach, state: State = None) -> None:
    """Print, for each Alertmanager, the address that silences exactly this breach."""
    from sinks import alertmanager
    from streams.tools.alerts import alertmanagers
    from streams.tools.alerts import read as alerts_read

    settings = load_settings(state)
    addresses = alertmanagers.addresses(settings)
    match = alerts_read.read_history(settings.kafka_access).find(breach)
    for address in addresses:
        typer.echo(alertmanager.silence_link(address, match.id))


def _accounts(
    state: Path | None, lang: Language | None, tenant: str
) -> "tuple[str, list[RuleAccount]]":
    """The language of the output, and the account of every rule of the company, or of all."""
    from schemas.instants import local_today
    from sinks.clickhouse.client import connect
    from streams.configuration.alerts import load_alerts
    from streams.reading import rule_accounts
    from streams.tools.alerts import read as alerts_read

    settings = load_settings(state)
    audience = _audience(settings, lang, tenant)
    now = datetime.now(UTC)
    today = {row.id: local_today(now, row.timezone) for row in audience.tenancy.tenants}
    rules = load_alerts(settings.alerts, audience.tenancy).rules
    chosen = [rule for rule in rules if tenant in ("", rule.tenant)]
    breaches = alerts_read.read_history(settings.kafka_access).breaches
    client = connect(settings.clickhouse_access)
    accounts = [*rule_accounts.read_accounts(client, chosen, breaches, today)]
    return audience.default_language((), tenant), accounts


def _audience(settings: Settings, lang: Language | None, tenant: str = "") -> "Audience":
    """The audience of the output; raise Misconfigured for a company that is not configured here."""
    from streams.configuration.targets import require_tenant
    from streams.tools.alerts.explain import audience_for

    audience = audience_for(settings, "" if lang is None else lang.value)
    if tenant:
        require_tenant(audience.tenancy, tenant)
    return audience
