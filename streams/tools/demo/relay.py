"""The demo's story of Career Relay: lines to rejected candidates, registrations, a slot, and a hire through it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from schemas.relay.balance import balance
from schemas.relay.state import SlotState, State
from streams.configuration.relay_companies import load_companies
from streams.configuration.settings import Settings
from streams.simulator.relay_page import page_app, serving
from streams.simulator.relay_service import RelayService
from streams.tools.relay import links, text
from streams.tools.relay.read import read_history

TENANT = "aoba"
REGISTERING = 13  # of the invited: one slot, and three persons towards the next
OPENING_ONLY = 9  # who open their link and do not register
OFFERED = 3  # candidates of the service for the reserved slot, one of whom is hired
PATIENCE_S = 30.0


@contextmanager
def landing_page(run_file: dict[str, Any], settings: Settings) -> Iterator[None]:
    """Serve the page that the links of the demo's company lead to."""
    page = load_companies(settings, os.environ)[TENANT].relay.page
    service = RelayService(run_file, TENANT)
    with serving(page_app(service, lambda: datetime.now(UTC)), page):
        yield


def play_relay(run_file: dict[str, Any], settings: Settings, console: Console) -> bool:
    """Play the story, for which the landing page is served; return whether a slot was granted and redeemed in time."""
    company, history = load_companies(settings, os.environ)[TENANT], read_history(settings, TENANT)
    now = datetime.now(UTC)
    service = RelayService(run_file, TENANT)
    invited = links.pending(history, now)[-(REGISTERING + OPENING_ONLY) :]
    for number, link in enumerate(invited):
        page = service.open(links.link_url(company, link, settings.gateway_address))
        if number < REGISTERING and page is not None:
            service.submit(page, f"demo-{link.invitation[:12]}@example.com")
    slot, hires = len(history.state.slots) + 1, _hires(history.state)
    if hires:
        service.reserve(slot, "demo-job", now)
        for number in range(OFFERED):
            service.offer(slot, f"adviser-{number}", "demo-job", now)
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
