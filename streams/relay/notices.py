"""Alerts to the owner of a company's slots: a new slot, one that expires soon, or farming. They follow from the ledger alone."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from schemas.errors import Unavailable
from schemas.relay.balance import due_within
from schemas.relay.entries import VoidReason
from schemas.relay.state import Slot, State
from schemas.text.languages import Words, other_language, translate
from schemas.text.units import format_amount
from sinks import alertmanager
from sinks.alertmanager import Alert
from streams.configuration.relay_companies import RelayTenant

log = logging.getLogger(__name__)

GRANTED, EXPIRING = "HirelaySlotGranted", "HirelaySlotExpiring"
FARMING = "HirelayRelayFarming"
RESEND_S = 60.0
ALERT_TTL = timedelta(minutes=15)  # an Alertmanager that misses a few posts gives no all-clear
NEWS_PERIOD = timedelta(days=7)  # how long a slot is new
WARNING_DAYS = 30
# Reasons that somebody may try to earn slots without rejected candidates, as people are told them; the limits have kept all of
# these persons out of the count.
SUSPECT: Mapping[VoidReason, Words] = {
    "cap": ("会社共通URLの上限超過", "beyond the cap of the company's link"),
    "device": ("同一端末", "one device"),
    "self_referral": ("自己紹介", "self-referral"),
    "employee": ("社員", "employee"),
    "bot": ("ボット", "bot"),
}
TEXTS = {
    GRANTED: {
        "ja": "採用支援枠を1つ獲得しました(枠{slot}、価値 {value})。",
        "en": "A hiring slot was granted: slot {slot}, worth {value}.",
    },
    EXPIRING: {
        "ja": "採用支援枠{slot}は{due}に使えなくなります(価値 {value})。求人に予約してください。",
        "en": "Hiring slot {slot}, worth {value}, can no longer be used from {due} on: reserve it for a job.",
    },
    FARMING: {
        "ja": "7日間に対象外の登録が{persons}件ありました({reasons})。枠には数えていませんが、不正な登録がないか確認してください。",
        "en": "{persons} registrations of the last 7 days do not count ({reasons}). No slot came of them; check who registers.",
    },
}


def alerts(company: RelayTenant, state: State, now: datetime) -> list[Alert]:
    """The alerts that fire now: new open slots, those due within 30 days, and suspect registrations of a week."""
    fresh = [
        slot
        for slot in state.slots.values()
        if slot.state == "open" and slot.entry.at is not None and now - slot.entry.at < NEWS_PERIOD
    ]
    due = due_within(state, state.day(now), WARNING_DAYS)
    suspects = suspect_persons(state, now)
    is_farming = bool(suspects) and suspects.total() >= state.policy_at(now).suspect_persons
    return [
        *(_slot_alert(company, slot, GRANTED, now) for slot in fresh),
        *(_slot_alert(company, slot, EXPIRING, now) for slot in due),
        *([_farming_alert(company, suspects, now)] if is_farming else ()),
    ]


def suspect_persons(state: State, now: datetime) -> Counter[VoidReason]:
    """How many persons registered within a week and do not count for a reason that points to farming, by reason."""
    return Counter(
        person.reason
        for person in state.persons.values()
        if person.reason is not None
        and person.reason in SUSPECT
        and now - person.registrations[-1].at < NEWS_PERIOD
    )


def _slot_alert(company: RelayTenant, slot: Slot, name: str, now: datetime) -> Alert:
    def write(language: str) -> str:
        value = format_amount(slot.entry.value, company.tenant.currency, language)
        return TEXTS[name][language].format(slot=slot.number, due=slot.entry.due, value=value)

    alert = _alert(company, name, write, now)
    return alert | {"labels": alert["labels"] | {"slot": str(slot.number)}}


def _farming_alert(company: RelayTenant, suspects: Counter[VoidReason], now: datetime) -> Alert:
    def write(language: str) -> str:
        reasons = ", ".join(
            f"{translate(SUSPECT[reason], language)} {count}"
            for reason, count in suspects.most_common()
        )
        return TEXTS[FARMING][language].format(persons=suspects.total(), reasons=reasons)

    return _alert(company, FARMING, write, now)


def _alert(company: RelayTenant, name: str, write: Callable[[str], str], now: datetime) -> Alert:
    tenant = company.tenant
    return {
        "labels": {
            "alertname": name,
            "tenant": tenant.id,
            "severity": "info" if name == GRANTED else "warning",
            "owner": company.relay.owner,
            "language": tenant.language,
        },
        "annotations": {
            "summary": write(tenant.language),
            "description": write(other_language(tenant.language)),
        },
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
