"""Alerts to the owner of a company's slots: one was granted, or one expires soon. They follow from the ledger alone."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from schemas.errors import Unavailable
from schemas.relay.balance import due_within
from schemas.relay.state import Slot, State
from schemas.text.units import format_amount
from sinks import alertmanager
from sinks.alertmanager import Alert
from streams.configuration.relay_companies import RelayTenant

log = logging.getLogger(__name__)

GRANTED, EXPIRING = "HirelaySlotGranted", "HirelaySlotExpiring"
RESEND_S = 60.0
ALERT_TTL = timedelta(minutes=15)  # an Alertmanager that misses a few posts gives no all-clear
NEWS_PERIOD = timedelta(days=7)  # how long a slot is new
WARNING_DAYS = 30
TEXTS = {
    GRANTED: {
        "ja": "採用支援枠を1つ獲得しました(枠{slot}、価値 {value})。",
        "en": "A hiring slot was granted: slot {slot}, worth {value}.",
    },
    EXPIRING: {
        "ja": "採用支援枠{slot}は{due}に使えなくなります(価値 {value})。求人に予約してください。",
        "en": "Hiring slot {slot}, worth {value}, can no longer be used from {due} on: reserve it for a job.",
    },
}


def alerts(company: RelayTenant, state: State, now: datetime) -> list[Alert]:
    """The alerts that fire now; an open slot that is new, and one that is due within 30 days."""
    fresh = [
        slot
        for slot in state.slots.values()
        if slot.state == "open" and slot.entry.at is not None and now - slot.entry.at < NEWS_PERIOD
    ]
    due = due_within(state, state.day(now), WARNING_DAYS)
    return [
        *(_alert(company, slot, GRANTED, now) for slot in fresh),
        *(_alert(company, slot, EXPIRING, now) for slot in due),
    ]


def _alert(company: RelayTenant, slot: Slot, name: str, now: datetime) -> Alert:
    tenant = company.tenant
    texts = {
        language: text.format(
            slot=slot.number,
            due=slot.entry.due,
            value=format_amount(slot.entry.value, tenant.currency, language),
        )
        for language, text in TEXTS[name].items()
    }
    summary = texts.pop(tenant.language)
    return {
        "labels": {
            "alertname": name,
            "tenant": tenant.id,
            "slot": str(slot.number),
            "severity": "info" if name == GRANTED else "warning",
            "owner": company.relay.owner,
            "language": tenant.language,
        },
        "annotations": {"summary": summary, "description": " / ".join(texts.values())},
        "endsAt": (now + ALERT_TTL).isoformat(),
    }


async def send_forever(addresses: Iterable[str], current: Callable[[], list[Alert]]) -> None:
    """Send what fires every minute to every Alertmanager; one that is away gets it the next time."""
    while addresses:
        await asyncio.sleep(RESEND_S)
        firing = current()
        for address in addresses if firing else ():
            try:
                await asyncio.to_thread(alertmanager.post, address, firing)
            except Unavailable as problem:
                log.warning("slots not reported", extra={"reason": problem.reason})
