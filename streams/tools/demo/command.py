"""`hirelay demo`: the whole product on one machine, from signed webhooks to verified numbers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console

from schemas.alerting.breach import Breach
from sinks.clickhouse.client import connect
from streams.alerting.alert_payload import Links, to_alert
from streams.configuration.settings import Settings, load_settings
from streams.local.stack import Stack, running
from streams.simulator.company import COMPANIES
from streams.simulator.season import INCIDENT_NUMBERS, first_application_number, season
from streams.simulator.spending import cost_entries
from streams.tools.costs import api_client
from streams.tools.costs import command as costs_command
from streams.tools.demo.incident import open_breach, play_incident
from streams.tools.demo.relay import landing_page, play_relay
from streams.tools.demo.reports import write_demo_reports
from streams.tools.demo.simulate import DAYS, play
from streams.tools.progress import working
from streams.tools.verify.command import verify_live

HISTORY_DELIVERIES = 8_000  # deliveries
LIVE_DELIVERIES = 400  # deliveries of one live round; the next round uses the next seed
LIVE_RATE = (
    0.2  # deliveries per second: some ten applications an hour, so that plans keep their meaning
)
FOUND = """
select count() as events, uniqExact(tenant) as companies, min(time) as first, max(time) as last
from v_events
"""


@dataclass(frozen=True)
class FoundSeason:
    """What an earlier run has left in the state directory."""

    events: int
    companies: int
    first: datetime
    last: datetime

    def describe(self) -> str:
        """Return one line that says what there is and how to begin anew."""
        return (
            f"found {self.events:,} events of {self.companies} companies from {self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}: "
            "nothing is played again; remove the state directory to begin anew"
        )


def find_season(client: Any) -> FoundSeason | None:
    """Return the season that ClickHouse has; None if it is empty."""
    (row,) = client.query(FOUND).result_rows
    return FoundSeason(*row) if row[0] else None


def run(state: Path, *, once: bool, seed: int, console: Console) -> int:
    """Play a season, verify the numbers, and say where to look; return 0 when every cell is equal. Continues live unless `once`.

    A season of an earlier run in the same state directory is kept and not played again.
    """
    console.print(
        f"[bold]Hirelay demo[/bold]: {len(COMPANIES)} companies, {DAYS} days of hiring, real Kafka and ClickHouse"
    )
    try:
        with working("starting", console) as status:
            report = status.update if status is not None else (lambda _: None)
            with running(state, lambda step: report(f"starting {step}")) as stack:
                if status is not None:
                    status.stop()
                with landing_page(stack.run_info(), load_settings(stack.state)):
                    return _run_tour(stack, once=once, seed=seed, console=console)
    except KeyboardInterrupt:
        console.print("Stopped; the data remains in the state directory.")
        return 0


def _run_tour(stack: Stack, *, once: bool, seed: int, console: Console) -> int:
    run_file, settings = stack.run_info(), load_settings(stack.state)
    earlier = find_season(connect(settings.clickhouse_access))
    if earlier is None:
        complete, breach = _play_season(run_file, settings, seed, console)
    else:
        console.print(f"  {earlier.describe()}", highlight=False, soft_wrap=True)
        complete, breach = True, open_breach(settings)
    verification = verify_live(settings, patience_s=60, console=console)
    style = "green" if not verification.differences else "red"
    console.print(f"  [{style}]{verification.as_text()}[/]", highlight=False, soft_wrap=True)
    reports = _write_reports(settings, stack.state, console)
    print_places(run_file, stack.state, breach, console)
    for line in reports:
        console.print(f"  {'report':<10} {line}", highlight=False, soft_wrap=True)
    if not once:
        _play_live(run_file, seed, console)
    return 0 if complete and not verification.differences else 1


def _write_reports(settings: Settings, state: Path, console: Console) -> list[str]:
    """Write the reports of the first company; return the path of each, and how long it took to read and write it."""
    began, lines = monotonic(), list[str]()
    with working("writing reports", console):
        for path in write_demo_reports(
            connect(settings.clickhouse_access),
            settings,
            COMPANIES[0].tenant,
            state / "reports",
            datetime.now(UTC),
        ):
            ended = monotonic()
            lines.append(f"{path}  ({ended - began:.1f} s)")
            began = ended
    return lines


def _play_season(
    run_file: dict[str, Any], settings: Settings, seed: int, console: Console
) -> tuple[bool, Breach | None]:
    """Play the history, its costs and the incident; return whether all of it was accepted, and the breach."""
    until = datetime.now(UTC).replace(microsecond=0)
    history = season(seed, deliveries=HISTORY_DELIVERIES, days=DAYS, until=until)
    report = play(run_file, history, rate=None, console=console, title=f"playing {DAYS} days")
    console.print(f"  {report.describe()}", highlight=False)
    _post_costs(run_file, cost_entries(history, seed=seed, days=DAYS, until=until), console)
    first = first_application_number(seed, until) + INCIDENT_NUMBERS
    breach = play_incident(run_file, settings, first=first, console=console)
    relayed = play_relay(run_file, settings, console)
    return report.complete and relayed, breach


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


def print_places(
    run_file: dict[str, Any], state: Path, breach: Breach | None, console: Console
) -> None:
    """Print three links and two commands, for what was played."""
    board = run_file["roles"]["board"]["url"]
    company = COMPANIES[0].tenant
    links = [("boards", f"{board}/?tenant={company}")]
    commands = [f"hirelay kpi show --tenant {company} --dim channel --state {state}"]
    if breach is not None:
        alert = to_alert(breach, Links(board=f"{board}/", runbook=""), breach.told)
        links.append(("one alert", alert["annotations"]["board_url"]))
        commands.append(f"hirelay alerts explain {breach.id[:8]} --state {state}")
    links.append(("API", f"{run_file['roles']['gateway']['url']}/docs"))
    console.print("\n[bold]Where to look[/bold]")
    for name, url in links:
        console.print(f"  {name:<10} {url}", highlight=False, soft_wrap=True)
    for command in commands:
        console.print(f"  {'try':<10} {command}", highlight=False, soft_wrap=True)


def _play_live(run_file: dict[str, Any], seed: int, console: Console) -> None:
    console.print(
        f"\nHiring goes on, a delivery every {1 / LIVE_RATE:g} s; Ctrl-C ends it.", highlight=False
    )
    while True:
        seed += 1
        until = datetime.now(UTC).replace(microsecond=0)
        today = season(seed, deliveries=LIVE_DELIVERIES * 20, days=DAYS, until=until)[
            -LIVE_DELIVERIES:
        ]
        play(run_file, today, rate=LIVE_RATE, console=console, title="live")
