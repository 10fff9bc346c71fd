"""Simulates an incident: the screening of one channel goes wrong."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from streams.simulator.company import Company
from streams.simulator.season import SimulatedDelivery, deliveries_of
from streams.simulator.story import Beat, Story


@dataclass(frozen=True)
class Screenings:
    """How many applications pass and fail the screening, one after the other."""

    passed: int
    failed: int
    every: timedelta = timedelta(seconds=1)


def incident(
    company: Company,
    channel: str,
    screenings: Screenings,
    *,
    first_number: int,
    until: datetime,
) -> list[SimulatedDelivery]:
    """Return deliveries of applications numbered from `first_number`, the last of which is screened before `until`."""
    passed, failed, every = screenings.passed, screenings.failed, screenings.every
    deliveries: list[SimulatedDelivery] = []
    for number in range(passed + failed):
        decided = until - every * (passed + failed - number)
        applied = decided - timedelta(hours=30)
        story = Story(
            number=first_number + number,
            company=company,
            channel=channel,
            job_index=number % len(company.jobs),
            recruiter=company.first_user_id + 100,
            applied=applied,
            beats=_screening(applied, decided, passes=number < passed),
        )
        deliveries.extend(deliveries_of(story))
    deliveries.sort(key=lambda delivery: (delivery.at, delivery.name))
    return deliveries


def _screening(applied: datetime, decided: datetime, *, passes: bool) -> list[Beat]:
    return [
        Beat(at=applied, kind="applied"),
        Beat(at=applied + timedelta(hours=1), kind="moved", stage=0),
        Beat(at=decided, kind="moved", stage=1)
        if passes
        else Beat(at=decided, kind="rejected", stage=0),
    ]
