"""What the simulated companies spend on hiring, as entries of the costs API; amounts without a currency are in their own."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from streams.simulator.company import COMPANIES, Company
from streams.simulator.season import SimulatedDelivery

BY_HIRE = frozenset({"ビズリーチ", "Agency"})  # channels that take a fee for each hire
FREE = frozenset({"社員紹介", "Referral", "Careers page"})
CONTRACT_DAYS = 365  # of a medium, begun before the season
YEN_COMPANIES = frozenset({"aoba", "sakura", "kaede"})

Entry = dict[str, Any]


def spending(
    season: Sequence[SimulatedDelivery], *, seed: int, days: int, until: datetime
) -> dict[str, list[Entry]]:
    """By tenant what the season cost; the same season costs the same."""
    begun = (until - timedelta(days=days)).date()
    prefix = f"{begun.isoformat()}-{seed}"
    return {
        company.tenant: [
            *_contracts(company, prefix, begun),
            _tool(company, prefix, begun, until.date()),
            *_fees(company, season),
        ]
        for company in COMPANIES
    }


def _amount(company: Company, yen: int) -> int:
    """In the company's currency, at a hundred yen a unit."""
    return yen if company.tenant in YEN_COMPANIES else yen // 100


def _contracts(company: Company, prefix: str, begun: date) -> Iterator[Entry]:
    """A year of each medium that is paid by time, dearer where more people come from it."""
    for name, weight, _ in company.channels:
        if name in BY_HIRE | FREE:
            continue
        yield {
            "cost_id": f"{prefix}-media-{name}",
            "kind": "media",
            "scope": "channel",
            "member": name,
            "amount": _amount(company, 40_000 * weight),
            "from": begun.isoformat(),
            "to": (begun + timedelta(days=CONTRACT_DAYS - 1)).isoformat(),
        }


def _tool(company: Company, prefix: str, begun: date, last: date) -> Entry:
    """The system itself, for the season."""
    return {
        "cost_id": f"{prefix}-tool",
        "kind": "tool",
        "scope": "company",
        "amount": _amount(company, 240_000),
        "from": begun.isoformat(),
        "to": last.isoformat(),
    }


def _fees(company: Company, season: Sequence[SimulatedDelivery]) -> Iterator[Entry]:
    """A fee on the day of each hire through a channel that takes one."""
    hires = {
        each.subject: each
        for each in season
        if each.connection == company.connection and each.hired_through in BY_HIRE
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
