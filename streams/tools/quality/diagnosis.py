"""Examples that no query can recognise: folds the applications of the days on which such events were counted."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from schemas.events import packs
from schemas.funnel.candidate_events import parent_keys
from schemas.funnel.funnel_events import FunnelEvent
from schemas.funnel.rules import Rules
from streams.tools.quality.query import ExampleEvent
from streams.tools.verify.oracle import Oracle

PREFIX = "quality."  # of the measures that the fold counts
MAX_SUBJECTS = 2_000  # applications that are folded for one kind
MAX_EVENTS = 200_000

# The kinds of poor data of one application, each with the id of the event at fault, in hexadecimal digits.
Diagnose = Callable[[Iterable[FunnelEvent], Rules], list[tuple[str, str]]]

LATEST_DAYS = """
select measure, max(day)
from v_cells
where tenant = {tenant:String}
    and dimension = 'total'
    and basis = 'decision'
    and day between {first:Date} and {last:Date}
    and measure in {kinds:Array(String)}
group by measure
order by measure
"""
# A local day is within a UTC day on either side. Candidates, jobs and pipelines are read with every application.
EVENTS = """
select src_partition, src_offset, body
from v_events
where tenant = {tenant:String}
    and (
        subject in
        (
            select distinct subject
            from v_events
            where tenant = {tenant:String}
                and not test
                and not startsWith(type, 'cost.')
                and toDate(time, 'UTC') between {from:Date} and {to:Date}
            order by subject
            limit {subjects:UInt32}
        )
        or splitByChar('.', type)[1] in ('candidate', 'job', 'opening', 'pipeline')
    )
order by src_partition, src_offset, src_index
limit {events:UInt32}
"""


def diagnosed_examples(
    client: Any,
    window: Mapping[str, Any],
    kinds: Sequence[str],
    rules: Rules,
    diagnose: Diagnose,
) -> dict[str, ExampleEvent]:
    """Return an event of each kind, from the latest day on which one was counted; kinds that are not found are left out.

    `window` holds the tenant and the local days `first` and `last`.
    """
    parameters = {**window, "kinds": list(kinds)}
    days = client.query(LATEST_DAYS, parameters=parameters).result_rows
    examples: dict[str, ExampleEvent] = {}
    for kind, day in days:
        if kind in examples:
            continue  # found among the applications of another kind
        for history in _histories(client, str(window["tenant"]), day):
            for name, event in diagnose(history, rules):
                examples.setdefault(PREFIX + name, ExampleEvent(id=event))
    return {kind: example for kind, example in examples.items() if kind in kinds}


def _histories(client: Any, tenant: str, day: date) -> Iterator[list[FunnelEvent]]:
    """Yield the history of every application with an event on the day, with the context events that reach it."""
    parameters = {
        "tenant": tenant,
        "from": day - timedelta(days=1),
        "to": day + timedelta(days=1),
        "subjects": MAX_SUBJECTS,
        "events": MAX_EVENTS,
    }
    rows = client.query(EVENTS, parameters=parameters).result_rows
    oracle = Oracle()
    for (_, offset), pack in groupby(rows, lambda row: row[:2]):
        oracle.add(offset, packs.encode([row[2].encode() for row in pack]))
    contexts = oracle.contexts.get(tenant)
    for history in oracle.histories.values():
        parents = {parent for event in history.values() for parent in parent_keys(event)}
        reaching = contexts.events_reaching(sorted(parents), offset=-1) if contexts else []
        yield [*history.values(), *reaching]
