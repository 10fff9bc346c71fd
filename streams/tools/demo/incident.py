"""The incident of the demo: a channel's pass rate falls, Alertmanager hears of it, and the alert is explained."""

import time
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from schemas.alerting.breach import Breach
from schemas.cells import CHANNEL
from sinks import alertmanager
from streams.configuration.settings import Settings
from streams.simulator.company import COMPANIES
from streams.simulator.incident import incident
from streams.tools.alerts import read as alerts_read
from streams.tools.alerts.explain import explanation, reader_of
from streams.tools.demo.simulate import play

COMPANY = COMPANIES[0]
FALLS = "doda"
PASSED, FAILED = 6, 70
PATIENCE_S = 30.0


def fall(run: dict[str, Any], settings: Settings, *, first: int, console: Console) -> Breach | None:
    """Post the incident, its applications numbered from `first`; return the breach once it is told, None if it is not."""
    until = datetime.now(UTC).replace(microsecond=0)
    before = _found(settings)
    told = incident(COMPANY, FALLS, (PASSED, FAILED), first=first, until=until)
    play(run, told, rate=None, console=console, title="an incident")
    begun = time.monotonic()
    where = settings.alertmanager_addresses
    while (waited := time.monotonic() - begun) < PATIENCE_S:
        found = _found(settings)
        if found is not None and (not where or alertmanager.held(where[0], f'breach="{found.id}"')):
            fires = f"Alertmanager fires {waited:.1f} s later" if where else "a breach opens"
            if before is not None:
                fires = f"it has been off target since {before.opened}"
            console.print(
                f"  {FALLS} of {COMPANY.tenant}: {FAILED} of {PASSED + FAILED} fail the screening; {fires}"
            )
            return found
        time.sleep(0.1)
    console.print(f"  [red]no alert of {FALLS} within {PATIENCE_S:.0f} s[/]")
    return None


def _found(settings: Settings) -> Breach | None:
    return next((each for each in alerts_read.read(settings.kafka).breaches if _is_it(each)), None)


def _is_it(breach: Breach) -> bool:
    about = (breach.tenant, breach.kpi, breach.dimension, breach.member)
    return breach.active and about == (COMPANY.tenant, "screen_pass_rate", CHANNEL, FALLS)


def tell(breach: Breach, settings: Settings, console: Console) -> None:
    """What Alertmanager's API says of it, and everything that is known of it."""
    where = settings.alertmanager_addresses
    console.print("\n[bold]One alert, explained[/bold]")
    if where:
        (alert,) = alertmanager.held(where[0], f'breach="{breach.id}"')
        labels, state = alert["labels"], alert["status"]["state"]
        said = f"{labels['alertname']} {state}, owner {labels['owner']}, {labels['severity']}"
        console.print(f"  {where[0]}/#/alerts  {said}", soft_wrap=True, highlight=False)
    else:
        console.print(
            "  This machine has no Alertmanager; the breach stands in Kafka and on the boards."
        )
    for each in explanation(settings, reader_of(settings), breach.id).splitlines():
        console.print(f"  {each}", markup=False, highlight=False, soft_wrap=True)
