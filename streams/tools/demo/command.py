"""`hirelay demo`: the whole product on one machine, from signed webhooks to verified numbers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from schemas.cells import DECISION
from schemas.instants import local_today
from schemas.kpis.catalogue import KPIS
from sinks.clickhouse.client import connect
from streams.configuration.files import currency_and_timezone
from streams.configuration.settings import Settings, load_settings
from streams.local.stack import Stack, running
from streams.simulator.company import COMPANIES
from streams.simulator.season import INCIDENT_NUMBERS, first_application_number, season
from streams.simulator.spending import cost_entries
from streams.tools.connect import status as connect_status
from streams.tools.costs import api_client
from streams.tools.costs import command as costs_command
from streams.tools.demo.incident import play_incident, print_explanation
from streams.tools.demo.relay import play_relay
from streams.tools.demo.simulate import DAYS, play
from streams.tools.kpi import query as kpi_query
from streams.tools.kpi import text as kpi_text
from streams.tools.verify.command import verify_live

HISTORY_DELIVERIES = 8_000  # deliveries
TABLES = (("aoba", "channel"), ("aoba", "interviewer"), ("kaede", "channel"))
HEADLINES = tuple(kpi.id for kpi in KPIS if kpi.headline)
LIVE_DELIVERIES = 400  # deliveries of one live round; the next round uses the next seed
LIVE_RATE = 4.0  # deliveries per second


def run(state: Path, *, once: bool, seed: int, console: Console) -> int:
    """Play a season, show and verify the numbers; return 0 when every cell is equal. Continues live unless `once`."""
    console.print(
        "[bold]Hirelay demo[/bold]: six companies on five systems, 120 days of hiring, real Kafka, real ClickHouse."
    )
    try:
        with running(state, lambda step: console.print(f"  starting {step} …")) as stack:
            return _run_tour(stack, once=once, seed=seed, console=console)
    except KeyboardInterrupt:
        console.print("Stopped; the data remains in the state directory.")
        return 0


def _run_tour(stack: Stack, *, once: bool, seed: int, console: Console) -> int:
    run_file = stack.run_info()
    until = datetime.now(UTC).replace(microsecond=0)
    history = season(seed, deliveries=HISTORY_DELIVERIES, days=DAYS, until=until)
    report = play(run_file, history, rate=None, console=console, title="playing 120 days")
    console.print(f"  {report.describe()}")
    _post_costs(run_file, cost_entries(history, seed=seed, days=DAYS, until=until), console)
    settings = load_settings(stack.state)
    breach = play_incident(
        run_file,
        settings,
        first=first_application_number(seed, until) + INCIDENT_NUMBERS,
        console=console,
    )
    play_relay(run_file, settings, console)
    verification = verify_live(settings, patience_s=60, console=console)
    _print_kpis(settings, until, console)
    style = "green" if not verification.differences else "red"
    console.print(f"[bold {style}]{verification.as_text()}[/]")
    if breach is not None:
        print_explanation(breach, settings, console)
    _print_addresses(run_file, stack, console)
    if not once:
        _play_live(run_file, seed, console)
    return 0 if report.complete and not verification.differences else 1


def _post_costs(
    run_file: dict[str, Any], costs: dict[str, list[dict[str, Any]]], console: Console
) -> None:
    """Post the season's costs for every tenant with a token."""
    apis = {
        api["tenant"]: costs_command.Api(url=api["url"], token=api["token"])
        for api in run_file["costs"]
        if api["token"]
    }
    posted = 0
    for tenant, entries in costs.items():
        if tenant in apis:
            posted += len(api_client.post(apis[tenant], costs_command.encode_body(entries)))
    console.print(f"  {posted} costs accepted: contracts of media, fees for hires, tools")


def _print_kpis(settings: Settings, until: datetime, console: Console) -> None:
    client = connect(settings.clickhouse_access)
    for tenant, dimension in TABLES:
        last = local_today(until, currency_and_timezone(settings.config, tenant)[1])
        question = kpi_query.KpiQuery(
            tenant=tenant,
            dimension=dimension,
            basis=DECISION,
            first=last - timedelta(days=DAYS),
            last=last,
            as_of=last,
            kpis=HEADLINES,
        )
        kpi_text.render(kpi_query.fetch_kpis(client, question), "table", console)
    connect_status.render(
        connect_status.load_statuses(settings), datetime.now(UTC), console, as_table=True
    )


def _print_addresses(run_file: dict[str, Any], stack: Stack, console: Console) -> None:
    state = stack.state
    console.print("\n[bold]Where to look[/bold]")
    console.print(f"  boards      {run_file['roles']['board']['url']}  (日本語, English)")
    console.print(f"  gateway     {run_file['roles']['gateway']['url']}/docs (OpenAPI), /metrics")
    console.print(
        f"  ClickHouse  {run_file['roles']['clickhouse']['url']} (HTTP protocol, read only)"
    )
    console.print(f"  addresses, pids and secrets of this stack: {state / 'run.json'}")
    console.print(f"  companies: {', '.join(company.tenant for company in COMPANIES)}")
    for command in (
        "kpi show --tenant northwind --dim channel --basis cohort",
        "mapping suggest --connection northwind-lever",
        "connections",
        "alerts list",
        "relay balance --tenant aoba",
        "config check",
        "verify",
    ):
        console.print(f"  hirelay {command} --state {state}", soft_wrap=True)


def _play_live(run_file: dict[str, Any], seed: int, console: Console) -> None:
    console.print(f"\nLive now, {LIVE_RATE:g} deliveries a second; Ctrl-C ends it.")
    while True:
        seed += 1
        until = datetime.now(UTC).replace(microsecond=0)
        today = season(seed, deliveries=LIVE_DELIVERIES * 20, days=DAYS, until=until)[
            -LIVE_DELIVERIES:
        ]
        play(run_file, today, rate=LIVE_RATE, console=console, title="live")
