"""Stories told by hand, one line an event, and what the independent reading counts in them."""

import hashlib
import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from schemas.cells import CellKey, Tally
from schemas.events.envelope import full_type
from streams.tools.verify.independent.log import Log
from streams.tools.verify.independent.reading import count
from tests.cases.situations import CloudEvent, read_situation
from tests.independent.companies import COMPANY, mapping

CREATED = '2026-04-01T09:00 a1 application.created channel=doda stage="s-sc 書類選考"'
PLAIN, WITH_COLUMNS, WITH_ORDER = 8, 11, 6  # companies of tests.independent.companies


def _canonical(event: CloudEvent, number: int) -> dict[str, Any]:
    """The event as it stands in a pack."""
    application = event["data"].get("application", {}).get("id")
    return {
        **event,
        "id": hashlib.sha256(f"{event['id']}/{number}".encode()).hexdigest()[:32],
        "source": f"urn:ats:standard:{COMPANY}:events",
        "type": full_type(event["type"]),
        "recordedtime": event["time"],
        "tenant": COMPANY,
        "subject": application or event["data"].get("application_id") or "context",
    }


def read_cells(*lines: str, company: int = PLAIN) -> dict[CellKey, Tally]:
    """The cells of the stories in these lines; those of one instant arrive in one batch, in their order."""
    entry = {"situation": "Told by hand.", "events": list(lines), "expect": ["hired = 0"]}
    log = Log()
    events = enumerate(read_situation("hand", entry).events)
    for number, (_, batch) in enumerate(groupby(events, lambda pair: pair[1]["time"])):
        pack = {"v": 1, "events": [_canonical(event, place) for place, event in batch]}
        log.add(number, json.dumps(pack).encode())
    cells: dict[CellKey, Tally] = {}
    for (tenant, _), events in log.stories():
        for key, tally in count(events, tenant, mapping(company)).items():
            sums = cells.setdefault(key, {})
            for measure, n in tally.items():
                sums[measure] = sums.get(measure, 0) + n
    return cells


def read_measures(
    lines: Sequence[str], member: str = "total/all", company: int = PLAIN, basis: str = "decision"
) -> Tally:
    """The measures of a member, each with its number summed over all days."""
    measures: Tally = {}
    for key, tally in read_cells(*lines, company=company).items():
        if (f"{key.dimension}/{key.member}", key.basis) == (member, basis):
            for measure, n in tally.items():
                measures[measure] = measures.get(measure, 0) + n
    return measures


def about(measures: Tally, *prefixes: str) -> Tally:
    """Those of the measures that begin with one of the prefixes."""
    return {measure: n for measure, n in measures.items() if measure.startswith(prefixes)}
