"""Undo a run: set every fact that it told back to what was known before, or take it back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from streams.tools.importing.settling.changes import retraction
from streams.tools.importing.settling.stored import StoredFact

# The revisions of each fact that the run told, the latest last, with the delivery that told each.
REVISIONS_SQL = """
select
    subject,
    JSONExtractString(body, 'data', 'log_id') as log_id,
    arraySort(
        entry -> entry.1,
        groupArray(
            (
                (
                    parseDateTime64BestEffortOrZero(JSONExtractString(body, 'data', 'application', 'revision'), 3),
                    src_offset,
                    src_index
                ),
                JSONExtractString(body, 'deliveryid'),
                time,
                body
            )
        )
    ) as revisions
from v_events
where tenant = {tenant:String}
    and connection = {connection:String}
    and startsWith(log_id, 'import:')
group by subject, log_id
having countIf(startsWith(JSONExtractString(body, 'deliveryid'), {run:String})) > 0
order by subject, log_id
"""
BESIDE_SQL = """
select type, count()
from v_events
where tenant = {tenant:String}
    and connection = {connection:String}
    and startsWith(JSONExtractString(body, 'deliveryid'), {run:String})
    and JSONExtractString(body, 'data', 'log_id') = ''
group by type
order by type
"""


@dataclass(frozen=True, kw_only=True)
class Undoing:
    """What becomes of one fact of the run: the bytes to send, none if a later import changed it since."""

    entity: str
    restored: bool
    body: bytes | None


def undoings(client: Any, parameters: dict[str, str], revision: datetime) -> Iterator[Undoing]:
    """What takes the run back, fact by fact; `parameters` are tenant, connection, and run with its dash."""
    rows = client.query(REVISIONS_SQL, parameters=parameters).result_rows
    for subject, log_id, revisions in rows:
        yield _undo(subject, log_id, revisions, parameters["run"], revision)


def beside(client: Any, parameters: dict[str, str]) -> dict[str, int]:
    """The number of events of the run by type that no undoing reaches: those of jobs, costs and employments."""
    return dict(client.query(BESIDE_SQL, parameters=parameters).result_rows)


def _undo(subject: str, log_id: str, revisions: list[Any], run: str, revision: datetime) -> Undoing:
    *earlier, (_, delivery, time, body) = revisions
    if not delivery.startswith(run):
        return Undoing(entity=subject, restored=False, body=None)
    before = next((entry for entry in reversed(earlier) if not entry[1].startswith(run)), None)
    mode = json.loads(body)["ingestmode"]
    if before is None or json.loads(before[3])["data"].get("retracted"):
        at = time if time.tzinfo else time.replace(tzinfo=UTC)
        fact = StoredFact(
            log_id=log_id, type="", time=at, content="", retracted=False, delivery=delivery
        )
        event = retraction(json.loads(body)["data"]["application"]["id"], fact, revision)
        return Undoing(entity=subject, restored=False, body=event.envelope(mode))
    return Undoing(entity=subject, restored=True, body=_again(json.loads(before[3]), revision))


def _again(event: dict[str, Any], revision: datetime) -> bytes:
    """The event told again, as the latest word on its fact."""
    data = event["data"]
    application = {**data["application"], "revision": revision.isoformat()}
    kept = ("specversion", "type", "time", "timequality", "ingestmode", "correlationid")
    told_again = {name: event[name] for name in kept if name in event} | {
        "id": f"{event['id']}/{revision.isoformat()}",
        "source": "urn:hirelay:import:undo",
        "data": {**data, "application": application},
    }
    return json.dumps(told_again, ensure_ascii=False, separators=(",", ":")).encode()
