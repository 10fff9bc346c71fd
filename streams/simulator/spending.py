"""Hiring costs of the simulated companies as costs API entries; amounts are in each company's own currency."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from streams.simulator.company import COMPANIES, Company
from streams.simulator.season import SimulatedDelivery

FEE_PER_HIRE = frozenset({"ビズリーチ", "Agency"})  # channels that charge a fee per hire
FREE = frozenset({"社員紹介", "Referral", "Careers page"})
CONTRACT_DAYS = 365  # of a job medium, from the start of the season
YEN_COMPANIES = frozenset({"aoba", "sakura", "kaede"})

Entry = dict[str, Any]


def cost_entries(
    season: Sequence[SimulatedDelivery], *, seed: int, days: int, until: datetime
) -> dict[str, list[Entry]]:
    """Return the season's cost entries by tenant, deterministic by season."""
    start = (until - timedelta(days=days)).date()
    prefix = f"{start.isoformat()}-{seed}"
    return {
        company.tenant: [
            *_contracts(company, prefix, start),
            _tool(company, prefix, start, until.date()),
            *_fees(company, season),
        ]
        for company in COMPANIES
    }


def _amount(company: Company, yen: int) -> int:
    """Convert to the company's currency at 100 yen per unit."""
    return yen if company.tenant in YEN_COMPANIES else yen // 100


def _contracts(company: Company, prefix: str, start: date) -> Iterator[Entry]:
    """Yield a one-year contract for each medium paid by time; the price grows with the channel's weight."""
    for name, weight, _ in company.channels:
        if name in FEE_PER_HIRE | FREE:
            continue
        yield {
            "cost_id": f"{prefix}-media-{name}",
            "kind": "media",
            "scope": "channel",
            "member": name,
            "amount": _amount(company, 40_000 * weight),
            "from": start.isoformat(),
            "to": (start + timedelta(days=CONTRACT_DAYS - 1)).isoformat(),
        }


def _tool(company: Company, prefix: str, start: date, last: date) -> Entry:
    """Return the cost of the ATS for the season."""
    return {
        "cost_id": f"{prefix}-tool",
        "kind": "tool",
        "scope": "company",
        "amount": _amount(company, 240_000),
        "from": start.isoformat(),
        "to": last.isoformat(),
    }


def _fees(company: Company, season: Sequence[SimulatedDelivery]) -> Iterator[Entry]:
    """Yield a fee on the day of each hire through a channel that charges one."""
    hires = {
        delivery.subject: delivery
        for delivery in season
        if delivery.connection == company.connection and delivery.hired_through in FEE_PER_HIRE
    }
    for subject, hire in sorted(hires.items()):
        yield {
            "cost_id": f"fee-{subject.rpartition('/')[2]}",
            "kind": "agency_fee",
            "scope": "agency",
            "member": hire.hired_through,
            "amount": _amount(company, 1_500_000),
            "from": hire.at.date().isoformat(),
        }
