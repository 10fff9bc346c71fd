"""Generates a season: many stories rendered as each company's webhooks, in time order."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from streams.simulator import ashby, greenhouse, lever, smartrecruiters, standard
from streams.simulator.company import COMPANIES
from streams.simulator.story import Story, generate_story, next_office_hour

RENDERERS = {
    "ashby": ashby.messages,
    "greenhouse": greenhouse.messages,
    "lever": lever.messages,
    "smartrecruiters": smartrecruiters.messages,
    "standard": standard.messages,
}
INCIDENT_NUMBERS = 9_000  # numbers from here to the next season's are reserved for incidents
# SmartRecruiters has only the sending time and the gateway refuses older ones, so its history is short.
HISTORY_LIMIT = {"smartrecruiters": timedelta(days=2)}


@dataclass(frozen=True, kw_only=True)
class SimulatedDelivery:
    """One webhook before signing. `name` is stable over retries; deliveries of one `subject` must be posted in order."""

    at: datetime
    connection: str
    vendor: str
    subject: str
    name: str
    event: str
    body: bytes
    hired_through: str | None = None  # the channel, if it reports a hire


def deliveries_of(story: Story) -> Iterator[SimulatedDelivery]:
    """Yield what the company's system sends for one application."""
    company = story.company
    for beat in story.beats:
        for message in RENDERERS[company.vendor](story, beat):
            unique = f"{company.connection}/{message.event}/{beat.at.isoformat()}/".encode()
            name = hashlib.sha256(unique + message.body).hexdigest()[:24]
            yield SimulatedDelivery(
                at=beat.at,
                connection=company.connection,
                vendor=company.vendor,
                subject=f"{company.tenant}/{story.number}",
                name=f"msg_{name}",
                event=message.event,
                body=message.body,
                hired_through=story.channel if beat.kind == "hired" else None,
            )


def first_application_number(seed: int, until: datetime) -> int:
    """Return the season's first application number; it differs by seed and day, so that seasons do not overlap."""
    return (seed * 7919 + int(until.timestamp())) % 90_000 * 10_000 + 1


def season(seed: int, *, deliveries: int, days: int, until: datetime) -> list[SimulatedDelivery]:
    """Return `deliveries` webhooks of the `days` before `until` in time order; same seed and `until`, same bytes."""
    rng = random.Random(seed)
    weights = [company.share for company in COMPANIES]
    generated: list[SimulatedDelivery] = []
    for number in count(first_application_number(seed, until)):
        company = rng.choices(COMPANIES, weights=weights)[0]
        history = HISTORY_LIMIT.get(company.vendor, timedelta(days=days))
        applied = next_office_hour(until - history * rng.random(), rng)
        story = generate_story(number, company, applied, rng)
        generated.extend(delivery for delivery in deliveries_of(story) if delivery.at <= until)
        if len(generated) >= deliveries:
            break
    generated.sort(key=lambda delivery: (delivery.at, delivery.name))
    return generated[:deliveries]
