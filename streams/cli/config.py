"""Commands about the configuration: validate it and backtest its alert rules."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import Listing, State
from streams.configuration.settings import load_settings

app = typer.Typer(help="Check the configuration.", no_args_is_help=True)


@app.command()
def check(
    days: Annotated[int, typer.Option(min=1, max=1096, help="Days of history.")] = 90,
    tenant: Annotated[str, typer.Option(help="Only this company's rules.")] = "",
    rule: Annotated[str, typer.Option(help="Only the rule with this id.")] = "",
    alerts: Annotated[
        Path | None, typer.Option(help="File to use instead of HIRELAY_ALERTS.")
    ] = None,
    shape: Annotated[Listing, typer.Option("--format", help="Output format.")] = Listing.table,
    state: State = None,
) -> None:
    """Validate companies, targets and alert rules, and backtest the rules on history: how often each would have fired.

    Exits with 2 and the fix if a file is unusable.
    """
    from schemas.instants import local_today
    from sinks.clickhouse.client import connect
    from streams.configuration.alerts import load_alerts, migration_advice
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import load_targets
    from streams.ingest.configuration_watcher import vendor_schemes
    from streams.ingest.connections import refuse_open_connections, secret_notes
    from streams.tools.backtest import backtest
    from streams.tools.backtest import text as backtest_text

    settings = load_settings(state)
    tenancy = load_tenancy(settings.config)
    refuse_open_connections(tenancy, vendor_schemes())
    if settings.targets.exists():
        load_targets(settings.targets, tenancy)
    loaded = load_alerts(alerts or settings.alerts, tenancy)
    rules = loaded.rules
    chosen = backtest.select_rules(rules, tenancy, tenant, rule)
    now = datetime.now(UTC)
    todays = {entry.id: local_today(now, entry.timezone) for entry in tenancy.tenants}
    errors = Console(stderr=True)
    errors.print(f"{len(tenancy.tenants)} companies and {len(chosen)} alert rules are valid.")
    for advice in migration_advice(loaded):
        errors.print(advice, style="yellow", markup=False)
    for line in secret_notes(tenancy, now):
        errors.print(line, style="yellow", markup=False)
    client = connect(settings.clickhouse_access)
    with errors.status("backtesting the rules", spinner="line"):
        results = list(
            backtest.run_backtest(client, chosen, days, todays.__getitem__, tenancy.holidays())
        )
    backtest_text.render(results, shape.value, Console())
