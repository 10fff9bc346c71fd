"""The demo's story of Career Relay: lines to rejected candidates, registrations, a slot, and a hire through it."""

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from schemas.relay.balance import balance
from schemas.relay.state import SlotState, State
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
    slot, hires = len(history.state.slots) + 1, _hires(history.state)
    if hires:
        service.reserve(slot, "demo-job", now)
        service.redeem(slot, hires[-1], now + timedelta(seconds=1))
    state = _wait_for_slot(settings, slot, "redeemed" if hires else "open")
    console.print(text.balance_table(balance(state)))
    return _is_in(state, slot, "redeemed" if hires else "open")


def _hires(state: State) -> list[str]:
    """The applications whose hire no slot was redeemed for."""
    used = {slot.application for slot in state.slots.values()}
    return [
        name
        for name, application in state.applications.items()
        if application.step_at(None) == "hired" and name not in used
    ]


def _is_in(state: State, slot: int, standing: SlotState) -> bool:
    return slot in state.slots and state.slots[slot].state == standing


def _wait_for_slot(settings: Settings, slot: int, standing: SlotState) -> State:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        state = read_history(settings, TENANT).state
        if _is_in(state, slot, standing) or time.monotonic() > deadline:
            return state
        time.sleep(0.5)
