"""An incident: the screening of one channel goes wrong, as its system would tell it."""

from datetime import datetime, timedelta

from streams.simulator.company import Company
from streams.simulator.season import SimulatedDelivery, deliveries_of
from streams.simulator.story import Beat, Story


def incident(
    company: Company, channel: str, screened: tuple[int, int], *, first: int, until: datetime
) -> list[SimulatedDelivery]:
    """Applications of the channel, numbered from `first`: so many passed and failed in the minutes before `until`."""
    passed, failed = screened
    made: list[SimulatedDelivery] = []
    for number in range(passed + failed):
        decided = until - timedelta(seconds=passed + failed - number)
        applied = decided - timedelta(hours=30)
        story = Story(
            number=first + number,
            company=company,
            channel=channel,
            job=number % len(company.jobs),
            recruiter=company.first_person + 100,
            applied=applied,
            beats=[
                Beat(at=applied, what="applied"),
                Beat(at=applied + timedelta(hours=1), what="moved", stage=0),
                Beat(at=decided, what="moved", stage=1)
                if number < passed
                else Beat(at=decided, what="rejected", stage=0),
            ],
        )
        made.extend(deliveries_of(story))
    made.sort(key=lambda each: (each.at, each.name))
    return made
