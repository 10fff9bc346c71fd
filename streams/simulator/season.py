"""A season: many stories, rendered by each company's system, in the order in which they happened."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from streams.simulator import greenhouse, standard
from streams.simulator.company import COMPANIES
from streams.simulator.story import Story, office, tell

RENDERERS = {"greenhouse": greenhouse.body, "standard": standard.body}


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One webhook before it is signed. `name` is stable over retries; `subject` must be posted in order."""

    at: datetime
    connection: str
    vendor: str
    subject: str
    name: str
    body: bytes


def deliveries_of(story: Story) -> Iterator[Delivery]:
    """What the company's system sends for one application."""
    company = story.company
    for beat in story.beats:
        body = RENDERERS[company.vendor](story, beat)
        if body is not None:
            name = hashlib.sha256(company.connection.encode() + body).hexdigest()[:24]
            yield Delivery(
                at=beat.at,
                connection=company.connection,
                vendor=company.vendor,
                subject=f"{company.tenant}/{story.number}",
                name=f"msg_{name}",
                body=body,
            )


def season(seed: int, *, deliveries: int, days: int, until: datetime) -> list[Delivery]:
    """`deliveries` webhooks of the `days` before `until`, by time; the same seed and `until` give the same bytes."""
    rng = random.Random(seed)
    weights = [company.share for company in COMPANIES]
    made: list[Delivery] = []
    # Another seed or another day is other people, so that seasons add up in one stack.
    first = (seed * 7919 + int(until.timestamp())) % 90_000 * 10_000 + 1
    for number in count(first):
        company = rng.choices(COMPANIES, weights=weights)[0]
        applied = office(until - timedelta(days=rng.uniform(0, days)), rng)
        story = tell(number, company, applied, rng)
        made.extend(each for each in deliveries_of(story) if each.at <= until)
        if len(made) >= deliveries:
            break
    made.sort(key=lambda each: (each.at, each.name))
    return made[:deliveries]
