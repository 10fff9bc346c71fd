"""Generates a hiring season as packs, as the gateway would write them to the topic."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from aiokafka.partitioner import murmur2

from schemas.events import packs as codec

STAGES = (
    ("s1", "書類選考"),
    ("s2", "一次面接"),
    ("s3", "二次面接"),
    ("s4", "最終面接"),
    ("s5", "内定"),
)
START = datetime(2026, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The size of the season."""

    applications: int
    channels: int = 40
    interviewers: int = 300
    recruiters: int = 30
    jobs: int = 120
    days: int = 120
    late: float = 0.013  # share of events that arrive after a later one


def partition_of(tenant: str, application: str, partitions: int) -> int:
    """Return the partition by Kafka's default partitioner (murmur2), as the gateway does."""
    return int((murmur2(f"{tenant}/{application}".encode()) & 0x7FFFFFFF) % partitions)


def _event(
    number: int, step: int, name: str, at: datetime, data: dict[str, object]
) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "id": hashlib.sha256(f"{number}/{step}/{name}".encode()).hexdigest()[:32],
        "source": "urn:ats:standard:bench:bench-standard",
        "type": f"recruit.{name}.v1",
        "time": at,
        "tenant": "bench",
        "subject": f"a{number}",
        "recordedtime": at,
        "timequality": "exact",
        "ingestmode": "webhook",
        "test": False,
        "data": data,
    }


def application(number: int, scale: Scale, rng: random.Random) -> list[dict[str, object]]:
    """Generate the events of one application in chronological order."""
    at = START + timedelta(minutes=rng.randrange(scale.days * 1440))
    head = {
        "id": f"a{number}",
        "job_id": f"j{rng.randrange(scale.jobs)}",
        "kind": "application",
        "applied_at": at,
    }
    base: dict[str, object] = {
        "application": head,
        "channel": {"id": f"ch{int(rng.paretovariate(0.8)) % scale.channels}"},
        "owners": {"recruiter_id": f"r{rng.randrange(scale.recruiters)}"},
    }
    events = [_event(number, 0, "application.created", at, base)]
    for stage, name in STAGES:
        at += timedelta(hours=rng.randrange(4, 120))
        to_stage = {"to_stage": {"id": stage, "name": name}}
        events.append(
            _event(number, len(events), "application.stage_changed", at, {**base, **to_stage})
        )
        if stage in {"s2", "s3", "s4"}:
            interviewer = f"p{rng.randrange(scale.interviewers)}"
            interview = {
                "interview_id": f"{number}-{stage}",
                "interviewers": [{"user_id": interviewer, "role": "panel"}],
            }
            at += timedelta(hours=rng.randrange(2, 72))
            events.append(
                _event(number, len(events), "interview.completed", at, {**base, **interview})
            )
            scorecard = {
                "feedback_id": f"{number}-{stage}",
                "interviewer_id": interviewer,
                "decision": rng.choice((-1, 1, 2)),
            }
            events.append(
                _event(number, len(events), "feedback.submitted", at, {**base, **scorecard})
            )
        if rng.random() < 0.22:
            at += timedelta(hours=rng.randrange(1, 48))
            ended = rng.choice(("rejected", "rejected", "withdrawn"))
            party = "company" if ended == "rejected" else "candidate"
            events.append(
                _event(number, len(events), f"application.{ended}", at, {**base, "party": party})
            )
            return events
    events.append(_event(number, len(events), "application.hired", at + timedelta(hours=30), base))
    return events


def season(scale: Scale, seed: int) -> list[dict[str, object]]:
    """Generate all events in time order, except for the late share."""
    rng = random.Random(seed)
    events = [event for n in range(scale.applications) for event in application(n, scale, rng)]
    late = timedelta(days=3)

    def arrival(event: dict[str, object]) -> datetime:
        at = event["time"]
        assert isinstance(at, datetime)
        return at + late if rng.random() < scale.late else at

    events.sort(key=arrival)
    return events


def packs(
    events: list[dict[str, object]], partitions: int, size: int
) -> Iterator[tuple[int, bytes]]:
    """Yield (partition, record value) pairs of up to `size` events each, in order within a partition."""
    encoder = msgspec.json.Encoder()
    pending: dict[int, list[bytes]] = {}
    for event in events:
        number = partition_of("bench", str(event["subject"]), partitions)
        bucket = pending.setdefault(number, [])
        bucket.append(encoder.encode(event))
        if len(bucket) == size:
            yield number, codec.encode(bucket)
            bucket.clear()
    for number, bucket in pending.items():
        if bucket:
            yield number, codec.encode(bucket)
