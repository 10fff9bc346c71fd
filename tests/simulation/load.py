"""The records of a schedule: stories of several applications that share candidates and jobs, packed as the gateway does."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from tests.bench.load import partition_of
from tests.independent.companies import COMPANY
from tests.independent.stories import JsonEvent, story

APPLICATION = "a1"  # the application of every generated story
POISON = (b"poison", None, b'{"v":9,"events":[]}')


class Delivery(NamedTuple):
    """One record of the gateway, or of a foreign writer."""

    partition: int
    key: bytes
    value: bytes | None


def deliveries(dice: Random, applications: int, partitions: int) -> list[Delivery]:
    """Return records in order of arrival; some events arrive twice, in the same or in another pack, and some are poison."""
    queues = [list(_packs(dice, number, partitions)) for number in range(applications)]
    arriving = []
    while any(queues):
        queue = dice.choice([queue for queue in queues if queue])
        arriving.append(queue.pop(0))
    again = [delivery for delivery in arriving if dice.random() < 0.06]
    for delivery in again:
        arriving.insert(dice.randint(0, len(arriving)), delivery)
    if dice.random() < 0.3:
        poison = Delivery(dice.randrange(partitions), b"foreign", dice.choice(POISON))
        arriving.insert(dice.randint(0, len(arriving)), poison)
    return arriving


def _packs(dice: Random, number: int, partitions: int) -> Iterator[Delivery]:
    for pack in story(dice.getrandbits(30)).packs:
        by_partition: dict[int, list[JsonEvent]] = {}
        for event in pack:
            renamed = _renamed(event, f"a{number}")
            place = partition_of(COMPANY, str(renamed["subject"]), partitions)
            by_partition.setdefault(place, []).append(renamed)
        for place, events in by_partition.items():
            key = f"{COMPANY}/{events[0]['subject']}".encode()
            yield Delivery(place, key, json.dumps({"v": 1, "events": events}).encode())


def _renamed(event: JsonEvent, application: str) -> JsonEvent:
    """Return the event of a story as one of another application."""
    data: dict[str, Any] = dict(event["data"])
    if "application" in data:
        data["application"] = {**data["application"], "id": application}
    for field in ("member", "previous_member"):
        if data.get(field) == APPLICATION:
            data[field] = application
    subject = application if event["subject"] == APPLICATION else event["subject"]
    return {**event, "data": data, "subject": subject}
