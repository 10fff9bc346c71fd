"""The `hirelay relay` commands."""

import json
import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from streams.cli.options import AnswerFormat, Language, State
from streams.configuration.settings import Settings, load_settings

if TYPE_CHECKING:
    from streams.configuration.relay_companies import RelayTenant

app = typer.Typer(
    help="Career Relay (キャリアリレー): who counts, and what became of the slots.",
    no_args_is_help=True,
)
Tenant = Annotated[str, typer.Option("--tenant", help="Tenant id.")]
Lang = Annotated[Language, typer.Option("--lang", help="Language of the mail.")]
Format = Annotated[AnswerFormat, typer.Option("--format", help="Output format.")]


class ToneOption(StrEnum):
    """Tone of the rejection mail."""

    formal = "formal"
    warm = "warm"
    brief = "brief"


@app.command()
def balance(
    tenant: Tenant,
    format: Format = AnswerFormat.text,  # noqa: A002
    details: Annotated[
        bool, typer.Option("--details", help="With JSON: also scopes, expired slots and reasons.")
    ] = False,
    state: State = None,
) -> None:
    """Print persons, slots and money of a company."""
    from schemas.relay.balance import balance as figures_of
    from streams.tools.relay import read, text

    history = read.read_history(load_settings(state), tenant)
    figures = figures_of(history.state)
    if format is AnswerFormat.json:
        as_of = history.records[-1].recorded.isoformat() if history.records else None
        fields = figures.model_dump(include=None if details else text.BALANCE_FIELDS)
        typer.echo(json.dumps({**fields, "as_of": as_of}, ensure_ascii=False))
    else:
        Console().print(text.balance_table(figures))


@app.command()
def ledger(
    tenant: Tenant,
    last: Annotated[int, typer.Option(help="Most records to print, the newest.")] = 50,
    format: Format = AnswerFormat.text,  # noqa: A002
    state: State = None,
) -> None:
    """Print the newest records: what happened, what was decided, and its postings."""
    from streams.tools.relay import read, text

    records = read.read_history(load_settings(state), tenant).records[-last:]
    if format is AnswerFormat.json:
        typer.echo("\n".join(r.model_dump_json(exclude_none=True) for r in records))
    else:
        Console().print(text.ledger_table(records))


@app.command()
def grants(tenant: Tenant, format: Format = AnswerFormat.text, state: State = None) -> None:  # noqa: A002
    """Print the slots of a company: granted when, valid until when, and what became of them."""
    from streams.tools.relay import read, text

    ledger_state = read.read_history(load_settings(state), tenant).state
    if format is AnswerFormat.json:
        rows = [
            text.slot_fields(slot, len(ledger_state.offers.get(slot.number, ())))
            for slot in ledger_state.slots.values()
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        Console().print(text.grants_table(ledger_state))


@app.command()
def audit(tenant: Tenant, state: State = None) -> None:
    """Decide everything again from the facts and compare it with the ledger and with ClickHouse; exit 1 if they differ."""
    from sinks.clickhouse.client import connect
    from streams.tools.relay import audit as tool
    from streams.tools.relay import read

    settings = load_settings(state)
    history = read.read_history(settings, tenant)
    problems = tool.find_problems(history)
    problems += tool.compare_rows(history, connect(settings.clickhouse_access))
    for problem in problems:
        typer.echo(problem, err=True)
    verdict = f"{len(problems)} problem(s)" if problems else "equal"
    typer.echo(f"{tenant}: {len(history.records)} records, {verdict}")
    raise typer.Exit(1 if problems else 0)


@app.command()
def check(state: State = None) -> None:
    """Validate the policies and print their companies; exit 2 with what to change."""
    from streams.configuration.files import load_tenancy
    from streams.configuration.relay import load_relay

    settings = load_settings(state)
    relay = load_relay(settings.relay, load_tenancy(settings.config))
    for company in relay.companies:
        versions = ", ".join(policy.since.isoformat() for policy in company.policies)
        typer.echo(f"{company.tenant}: {company.page}; policies since {versions}")
    typer.echo(f"Checked: {len(relay.companies)} company(ies) use Career Relay.")


@app.command()
def link(
    tenant: Tenant,
    application: Annotated[
        str | None,
        typer.Option(help="Id of the rejected application; without it the company's link."),
    ] = None,
    pending: Annotated[
        bool, typer.Option("--pending", help="List the lines to send for rejections so far.")
    ] = False,
    lang: Lang = Language.ja,
    token_file: Annotated[
        Path | None, typer.Option(help="File with an API token; default: one of the tenant's.")
    ] = None,
    state: State = None,
) -> None:
    """Print the one line for a rejection mail, or with --pending the lines that are still to be sent."""
    from schemas.relay.lines import line
    from streams.tools.costs.command import resolve_api
    from streams.tools.relay import links, read

    settings = load_settings(state)
    if pending:
        history = read.read_history(settings, tenant)
        company = _company(settings, tenant)
        for fact in links.pending(history, datetime.now(UTC)):
            url = links.link_url(company, fact, settings.gateway_address)
            typer.echo(f"{fact.application}\t{line(lang.value, url)}")
        return
    api = resolve_api(settings, tenant, os.environ, token_file)
    body = {} if application is None else {"application_id": application}
    answer = links.issue(api, json.dumps(body).encode())
    typer.echo(answer["lines"][lang.value] if "lines" in answer else answer["message"])


@app.command()
def preview(
    tenant: Tenant,
    lang: Lang = Language.ja,
    tone: Annotated[
        ToneOption | None, typer.Option(help="Tone of the mail; default: the policy's.")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="A template of your own (Jinja2, in a sandbox).")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write the preview as a page instead of printing it.")
    ] = None,
    state: State = None,
) -> None:
    """Show the rejection mail as the ATS would send it, with the company-wide link in place of the candidate's."""
    from schemas.relay.policy import policy_on
    from schemas.relay.tokens import WHOLE_COMPANY, invitation_id
    from streams.tools.relay import mail

    settings = load_settings(state)
    company = _company(settings, tenant)
    policy = policy_on(company.relay.policies, datetime.now(UTC).date())
    address = f"{settings.gateway_address}/r/{company.token(invitation_id(tenant, WHOLE_COMPANY))}"
    chosen = policy.tone if tone is None else tone.value
    text = mail.render(lang.value, address, company.tenant.name, chosen, template)
    if html is None:
        typer.echo(text, nl=False)
    else:
        html.write_text(mail.page(text, lang.value), "utf-8")


def _company(settings: Settings, tenant: str) -> "RelayTenant":
    """The company with its policies and key; raise Misconfigured if it does not use Career Relay."""
    from streams.configuration.files import Misconfigured
    from streams.configuration.relay_companies import load_companies

    companies = load_companies(settings, os.environ)
    if tenant not in companies:
        msg = f"{tenant} does not use Career Relay; add it to {settings.relay}"
        raise Misconfigured(msg)
    return companies[tenant]


@app.command()
def register(
    tenant: Tenant,
    file: Annotated[Path, typer.Option(help="The service's export: CSV with a header, UTF-8.")],
    token_file: Annotated[
        Path | None, typer.Option(help="File with an API token; default: one of the tenant's.")
    ] = None,
    state: State = None,
) -> None:
    """Record registrations of a file through the gateway; one that was reported before counts once."""
    from dataclasses import replace

    from streams.ingest.costs import PATH
    from streams.ingest.relay_registrations import REGISTRATIONS_PATH
    from streams.tools.costs import api_client
    from streams.tools.costs.command import resolve_api
    from streams.tools.relay.register import bodies

    api = resolve_api(load_settings(state), tenant, os.environ, token_file)
    address = replace(api, url=api.url.removesuffix(PATH) + REGISTRATIONS_PATH)
    accepted = [event_id for body in bodies(file) for event_id in api_client.post(address, body)]
    typer.echo(f"Accepted: {len(accepted)} registration(s).")


@app.command()
def reasons(
    tenant: Tenant,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the output.")] = Language.ja,
    state: State = None,
) -> None:
    """Print why a company rejects, by job, requirement and channel: what stands out, what that suggests, and what came of it."""
    from schemas.relay.reasons import reasons_of
    from streams.tools.relay import read
    from streams.tools.relay.reasons import reasons_table
    from streams.tools.tables import print_table

    settings = load_settings(state)
    company = _company(settings, tenant)
    history = read.read_history(settings, tenant)
    content = reasons_of(history.state, history.steps, company.relay)
    print_table(reasons_table(content, lang.value), Console())


@app.command()
def cx(
    tenant: Tenant,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the output.")] = Language.ja,
    state: State = None,
) -> None:
    """Print what candidates say, how many register, and whether the line changes how many apply again."""
    from sinks.clickhouse.client import connect
    from streams.reading.candidate_experience import read_experience
    from streams.tools.relay import read
    from streams.tools.relay.experience import experience_table
    from streams.tools.tables import print_table

    settings = load_settings(state)
    _company(settings, tenant)
    ledger_state = read.read_history(settings, tenant).state
    client = connect(settings.clickhouse_access)
    content = read_experience(ledger_state, client, datetime.now(UTC))
    print_table(experience_table(content, lang.value), Console())
