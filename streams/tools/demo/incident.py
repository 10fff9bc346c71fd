"""The demo's incident: a channel's pass rate falls, and Alertmanager fires."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from schemas.alerting.breach import Breach
from schemas.cells import CHANNEL
from sinks import alertmanager
from streams.configuration.settings import Settings
from streams.simulator.company import COMPANIES
from streams.simulator.incident import Screenings, incident
from streams.tools.alerts import read as alerts_read
from streams.tools.demo.simulate import play

COMPANY = COMPANIES[0]
FAILING_CHANNEL = "doda"
# Many enough for every season: the channel's other decisions of these days, a dozen, dilute them.
SCREENINGS = Screenings(passed=3, failed=92, every=timedelta(hours=2))  # over eight days
TIMEOUT_S = 30.0


def play_incident(
    run: dict[str, Any], settings: Settings, *, first: int, console: Console
) -> Breach | None:
    """Post the incident, its applications numbered from `first`; return the reported breach, None on timeout."""
    now = datetime.now(UTC).replace(microsecond=0)
    before = open_breach(settings)
    deliveries = incident(COMPANY, FAILING_CHANNEL, SCREENINGS, first_number=first, until=now)
    play(run, deliveries, rate=None, console=console, title="an incident")
    started = time.monotonic()
    addresses = settings.alertmanager_addresses
    while (waited := time.monotonic() - started) < TIMEOUT_S:
        breach = open_breach(settings)
        if breach is not None and (
            not addresses or alertmanager.active_alerts(addresses[0], f'breach="{breach.id}"')
        ):
            outcome = f"Alertmanager fires {waited:.1f} s later" if addresses else "a breach opens"
            if before is not None:
                outcome = f"it has been off target since {before.opened}"
            console.print(
                f"  {FAILING_CHANNEL} of {COMPANY.tenant}: {SCREENINGS.failed} of {SCREENINGS.passed + SCREENINGS.failed} fail the screening; {outcome}",
                highlight=False,
                soft_wrap=True,
            )
            return breach
        time.sleep(0.1)
    console.print(f"  [red]no alert of {FAILING_CHANNEL} within {TIMEOUT_S:.0f} s[/]")
    return None


def open_breach(settings: Settings) -> Breach | None:
    """Return the breach of the incident while it is open."""
    return next(
        (
            breach
            for breach in alerts_read.read_history(settings.kafka_access).breaches
            if _matches(breach)
        ),
        None,
    )


def _matches(breach: Breach) -> bool:
    identity = (breach.tenant, breach.kpi, breach.dimension, breach.member)
    return breach.active and identity == (
        COMPANY.tenant,
        "screen_pass_rate",
        CHANNEL,
        FAILING_CHANNEL,
    )
