"""Commands about the configuration: whether it makes sense, and how loud its alert rules would have been."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from streams.cli.options import Listing, State
from streams.configuration.settings import load

app = typer.Typer(help="Check the configuration.", no_args_is_help=True)


@app.command()
def check(
    days: Annotated[int, typer.Option(min=1, max=1096, help="Days of history.")] = 90,
    tenant: Annotated[str, typer.Option(help="Only the rules of this company.")] = "",
    rule: Annotated[str, typer.Option(help="Only the rule of this id.")] = "",
    alerts: Annotated[
        Path | None, typer.Option(help="Another file than HIRELAY_ALERTS, to try it out.")
    ] = None,
    shape: Annotated[Listing, typer.Option("--format", help="How to print.")] = Listing.table,
    state: State = None,
) -> None:
    """Check companies, targets and alert rules, and rehearse the rules on history: who would have been told how often.

    Ends 2 with what to change where a file cannot be used.
    """
    from schemas.did_you_mean import meant
    from schemas.errors import Malformed
    from sinks.clickhouse.client import connect
    from streams.configuration.alerts import load_alerts
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import load_targets, tenant_of
    from streams.tools.backtest import backtest
    from streams.tools.backtest import text as backtest_text

    settings = load(state)
    tenancy = load_tenancy(settings.config)
    if settings.targets.exists():
        load_targets(settings.targets, tenancy)
    rules = load_alerts(alerts or settings.alerts, tenancy).rules
    if tenant:
        rules = tuple(each for each in rules if each.tenant == tenant_of(tenancy, tenant).id)
    if rule and rule not in (ids := [each.id for each in rules]):
        raise Malformed("rule", f"no rule {rule!r}{meant(rule, ids)}")
    chosen = tuple(each for each in rules if rule in ("", each.id))
    zones = {each.id: ZoneInfo(each.timezone) for each in tenancy.tenants}
    errors = Console(stderr=True)
    errors.print(f"{len(tenancy.tenants)} companies and {len(chosen)} alert rules make sense.")
    client = connect(settings.clickhouse, settings.clickhouse_password)
    with errors.status("judging the days", spinner="line"):
        found = list(
            backtest.rehearse(client, chosen, days, lambda of: datetime.now(zones[of]).date())
        )
    backtest_text.render(found, shape.value, Console())
