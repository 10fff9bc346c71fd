"""The owner hears of a new slot, and of one that is going to expire, in the company's language first."""

from datetime import timedelta

from schemas.relay.policy import RelayCompany
from schemas.tenants.config import Secret, Tenant
from streams.configuration.relay_companies import RelayTenant
from streams.relay.notices import EXPIRING, FARMING, GRANTED, alerts
from tests.schemas.relay.builders import (
    claim,
    day,
    invited,
    ledger,
    policies,
    policy,
    registered,
    step,
    ten,
)

KEY = Secret(env="KEY")


def company(language: str) -> RelayTenant:
    """A company that uses Career Relay."""
    tenant = Tenant(id="aoba", name="青葉", language=language, quarantine_key=KEY, person_key=KEY)  # type: ignore[arg-type]
    page = "https://relay.example/register"
    relay = RelayCompany(tenant="aoba", page=page, owner="hr_manager", policies=(policy(),))
    return RelayTenant(tenant=tenant, relay=relay, keys=(b"k",))


def firing(
    number: float, *more: object, language: str = "ja", **terms_changed: int
) -> dict[str, str]:
    """The summary of each alert that fires on a day after the start, by its name."""
    terms = policies(policy(**({"slot_days": 60} | terms_changed)))
    state = ledger(*ten(), *more, terms=terms)  # type: ignore[arg-type]
    sent = alerts(company(language), state, day(number))
    assert all(alert["labels"]["owner"] == "hr_manager" for alert in sent)
    return {alert["labels"]["alertname"]: alert["annotations"]["summary"] for alert in sent}


def test_a_new_slot_is_reported_for_a_week() -> None:
    """The text says the slot and its value."""
    assert [*firing(4)] == [GRANTED]
    assert "枠1" in firing(4)[GRANTED] and "1,000,000" in firing(4)[GRANTED]
    assert firing(4, language="en")[GRANTED].startswith("A hiring slot was granted: slot 1")
    assert firing(3 + timedelta(days=8).days) == {}


def test_a_slot_that_expires_soon_is_reported_until_it_is_reserved() -> None:
    """From 30 days before its due day on, with the day."""
    assert firing(30) == {}
    assert "2026-06-03" in firing(40)[EXPIRING]
    assert firing(40, claim("reserve", at=35)) == {}


def test_many_registrations_from_one_device_are_reported_for_a_week() -> None:
    """Beyond the limit of persons per device nobody counts; five of them in a week are an alert that says why."""
    farm = [
        fact
        for number in range(8)
        for fact in (
            step("rejected", f"f{number}", 30),
            invited(f"f{number}", 31),
            registered(f"farm-{number}", f"f{number}", 32, device="phone-1"),
        )
    ]

    assert FARMING not in firing(33, *farm[:-3])
    assert firing(33, *farm)[FARMING].startswith("7日間に対象外の登録が5件ありました(同一端末 5)")
    assert "one device 5" in firing(33, *farm, language="en")[FARMING]
    assert FARMING not in firing(40, *farm)
    assert FARMING in firing(33, *farm[:-3], suspect_persons=4)
    assert FARMING not in firing(33, *farm, suspect_persons=6)
