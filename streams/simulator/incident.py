"""Simulates an incident: the screening of one channel goes wrong."""

from datetime import datetime, timedelta

from streams.simulator.company import Company
from streams.simulator.season import SimulatedDelivery, deliveries_of
from streams.simulator.story import Beat, Story


def incident(
    company: Company,
    channel: str,
    pass_fail_counts: tuple[int, int],
    *,
    first_number: int,
    until: datetime,
) -> list[SimulatedDelivery]:
    """Return deliveries of applications numbered from `first_number`, passed or failed in the minutes before `until`.

    `pass_fail_counts` is (passed, failed).
    """
    passed, failed = pass_fail_counts
    deliveries: list[SimulatedDelivery] = []
    for number in range(passed + failed):
        decided = until - timedelta(seconds=passed + failed - number)
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
