"""One job with many applications, sent in batches, and the events about it that reach all of them."""

import json
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from streams.simulator.signing import UnsignedDelivery, standard
from tests.e2e.conftest import Stack
from tests.e2e.probe import standard_connection

BATCH = "application/cloudevents-batch+json"
BATCH_SIZE = 500
DAYS = timedelta(days=20)


@dataclass(frozen=True)
class LargeJob:
    """A job of a standard connection; all its applications are of one candidate."""

    name: str
    applications: int

    def history(self) -> Iterator[dict[str, Any]]:
        """Yield two events of every application: applied, and moved to a stage that nobody has mapped."""
        applied = (datetime.now(UTC) - DAYS).isoformat()
        for number in range(self.applications):
            head = {
                "id": f"{self.name}-{number}",
                "job_id": self.name,
                "candidate_id": f"{self.name}-candidate",
                "applied_at": applied,
            }
            channel = {"id": f"channel-{number % 5}"}
            yield self._event("application.created", {"application": head, "channel": channel})
            stage = {"id": f"{self.name}-stage", "name": self.name}
            move = {"application": head, "to_stage": stage, "entered_at": applied}
            yield self._event("application.stage_changed", move)

    def events_reaching_all(self) -> Iterator[dict[str, Any]]:
        """Yield a new department, the meaning of the stage, and a merge of the candidate."""
        job, candidate = self.name, f"{self.name}-candidate"
        stages = [{"id": f"{job}-stage", "name": "一次面接", "milestone": "interview_1"}]
        yield self._event("job.updated", {"job_id": job, "department": f"{job}-department"})
        yield self._event("pipeline.defined", {"pipeline_id": job, "job_id": job, "stages": stages})
        yield self._event("candidate.merged", {"from_id": candidate, "into_id": f"{job}-winner"})

    def _event(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": uuid.uuid4().hex,
            "source": "urn:test:large-job",
            "type": f"recruit.{name}.v1",
            "time": (datetime.now(UTC) - DAYS).isoformat(),
            "data": data,
        }


def post_all(stack: Stack, events: Iterator[dict[str, Any]]) -> None:
    """Post events in batches, in order."""
    connection = standard_connection(stack.run_file())
    while batch := list(islice(events, BATCH_SIZE)):
        now = datetime.now(UTC)
        body, headers = standard(
            UnsignedDelivery(
                body=json.dumps(batch).encode(),
                name=f"msg_{uuid.uuid4().hex}",
                event="batch",
                secret=connection["secret"],
                attempted_at=now,
                occurred_at=now,
            )
        )
        request = urllib.request.Request(
            connection["url"], data=body, headers={**headers, "content-type": BATCH}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = json.load(response)
        assert (answer["accepted"], answer["quarantined"]) == (len(batch), None), answer
