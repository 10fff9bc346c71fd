"""The demo's story of Career Relay: lines to rejected candidates, registrations, a slot, and a hire through it."""

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from schemas.relay.balance import balance
from schemas.relay.state import State
from streams.configuration.relay_companies import load_companies
from streams.configuration.settings import Settings
from streams.simulator.relay_service import RelayService
from streams.tools.relay import links, text
from streams.tools.relay.read import read_history

TENANT = "aoba"
REGISTERING = 13  # of the invited: one slot, and three persons towards the next
OPENING_ONLY = 9  # who open their link and do not register
PATIENCE_S = 30.0


def play_relay(run_file: dict[str, Any], settings: Settings, console: Console) -> bool:
    """Play the story and print the balance; return whether a slot was granted and redeemed in time."""
    now = datetime.now(UTC)
    company, history = load_companies(settings, os.environ)[TENANT], read_history(settings, TENANT)
    service = RelayService(run_file, TENANT)
    invited = links.pending(history, now)[-(REGISTERING + OPENING_ONLY) :]
    for number, link in enumerate(invited):
        service.open(links.link_url(company, link, settings.gateway_address))
        if number < REGISTERING:
            at = now - timedelta(minutes=REGISTERING - number)
            service.register(company.token(link.invitation), f"demo-{link.invitation[:12]}", at)
    hires = _hires(history.state)
    if hires:
        service.reserve(1, "demo-job", now)
        service.redeem(1, hires[-1], now + timedelta(seconds=1))
    state = _wait_for_slot(settings, redeemed=bool(hires))
    console.print(text.balance_table(balance(state)))
    return bool(state.slots)


def _hires(state: State) -> list[str]:
    return [name for name, one in state.applications.items() if one.step_at(None) == "hired"]


def _wait_for_slot(settings: Settings, *, redeemed: bool) -> State:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        state = read_history(settings, TENANT).state
        figures = balance(state)
        if (figures.redeemed if redeemed else figures.granted) or time.monotonic() > deadline:
            return state
        time.sleep(0.5)
