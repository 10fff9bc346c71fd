"""The `hirelay relay` commands."""

import json
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import AnswerFormat, State
from streams.configuration.settings import load_settings

app = typer.Typer(
    help="Career Relay (キャリアリレー): who counts, and what became of the slots.",
    no_args_is_help=True,
)
Tenant = Annotated[str, typer.Option("--tenant", help="Tenant id.")]
Format = Annotated[AnswerFormat, typer.Option("--format", help="Output format.")]


@app.command()
def balance(tenant: Tenant, format: Format = AnswerFormat.text, state: State = None) -> None:  # noqa: A002
    """Print persons, slots and money of a company."""
    from schemas.relay.balance import balance as figures_of
    from streams.tools.relay import read, text

    history = read.read_history(load_settings(state), tenant)
    figures = figures_of(history.state)
    if format is AnswerFormat.json:
        as_of = history.records[-1].recorded.isoformat() if history.records else None
        typer.echo(json.dumps({**figures.model_dump(), "as_of": as_of}, ensure_ascii=False))
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
        rows = [text.slot_fields(slot) for slot in ledger_state.slots.values()]
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
