"""A season: many stories, rendered by each company's system, in the order in which they happened."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from streams.simulator import ashby, greenhouse, lever, smartrecruiters, standard
from streams.simulator.company import COMPANIES
from streams.simulator.story import Story, office, tell

RENDERERS = {
    "ashby": ashby.messages,
    "greenhouse": greenhouse.messages,
    "lever": lever.messages,
    "smartrecruiters": smartrecruiters.messages,
    "standard": standard.messages,
}
# SmartRecruiters tells no time but that of sending, and takes none older: its history is what happened since.
SPARE = 9_000  # numbers from here to the next season's are left to incidents
REACH = {"smartrecruiters": timedelta(days=2)}


@dataclass(frozen=True, kw_only=True)
class SimulatedDelivery:
    """One webhook before it is signed. `name` is stable over retries; `subject` must be posted in order."""

    at: datetime
    connection: str
    vendor: str
    subject: str
    name: str
    event: str
    body: bytes
    hired_through: str | None = None  # the channel, where it tells a hire


def deliveries_of(story: Story) -> Iterator[SimulatedDelivery]:
    """What the company's system sends for one application."""
    company = story.company
    for beat in story.beats:
        for each in RENDERERS[company.vendor](story, beat):
            unique = f"{company.connection}/{each.event}/{beat.at.isoformat()}/".encode()
            name = hashlib.sha256(unique + each.body).hexdigest()[:24]
            yield SimulatedDelivery(
                at=beat.at,
                connection=company.connection,
                vendor=company.vendor,
                subject=f"{company.tenant}/{story.number}",
                name=f"msg_{name}",
                event=each.event,
                body=each.body,
                hired_through=story.channel if beat.what == "hired" else None,
            )


def first_of(seed: int, until: datetime) -> int:
    """The number of a season's first application: another seed or another day is other people, so that seasons add up."""
    return (seed * 7919 + int(until.timestamp())) % 90_000 * 10_000 + 1


def season(seed: int, *, deliveries: int, days: int, until: datetime) -> list[SimulatedDelivery]:
    """`deliveries` webhooks of the `days` before `until`, by time; the same seed and `until` give the same bytes."""
    rng = random.Random(seed)
    weights = [company.share for company in COMPANIES]
    made: list[SimulatedDelivery] = []
    for number in count(first_of(seed, until)):
        company = rng.choices(COMPANIES, weights=weights)[0]
        reach = REACH.get(company.vendor, timedelta(days=days))
        applied = office(until - reach * rng.random(), rng)
        story = tell(number, company, applied, rng)
        made.extend(each for each in deliveries_of(story) if each.at <= until)
        if len(made) >= deliveries:
            break
    made.sort(key=lambda each: (each.at, each.name))
    return made[:deliveries]
