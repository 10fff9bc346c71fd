"""What was imported or received before: the latest word on each fact, read from ClickHouse."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from streams.tools.importing.settling.settle import COST, JOB, Settled
from streams.tools.importing.settling.stored_costs import CostVersion, cost_versions

AT_ONCE = 20_000  # entities whose facts are read by one query
# One row per fact: its revisions are ordered by their instant, then by the log.
FACTS_SQL = """
select
    subject,
    JSONExtractString(body, 'data', 'log_id') as log_id,
    argMax(type, place) as latest_type,
    argMax(time, place) as latest_time,
    argMax(JSONExtractString(body, 'correlationid'), place) as content,
    argMax(JSONExtractBool(body, 'data', 'retracted'), place) as retracted,
    argMax(JSONExtractString(body, 'deliveryid'), place) as delivery
from
(
    select
        subject,
        type,
        time,
        body,
        (
            parseDateTime64BestEffortOrZero(JSONExtractString(body, 'data', 'application', 'revision'), 3),
            src_offset,
            src_index
        ) as place
    from v_events
    where tenant = {tenant:String}
        and connection = {connection:String}
        and subject >= {first:String}
        and subject <= {last:String}
        and startsWith(JSONExtractString(body, 'data', 'log_id'), 'import:')
        and startsWith(type, 'job.') = {jobs:Bool}
)
group by subject, log_id
"""
SUBJECTS_SQL = """
select distinct subject
from v_events
where tenant = {tenant:String}
    and subject >= {first:String}
    and subject <= {last:String}
    and type in (
        'application.created', 'application.updated', 'application.stage_changed', 'application.owner_changed'
    )
    and not JSONExtractBool(body, 'data', 'retracted')
"""


@dataclass(frozen=True, kw_only=True)
class StoredFact:
    """The latest word on a fact: the event's type and time, the digest of its content, and the delivery that told it."""

    log_id: str
    type: str
    time: datetime
    content: str
    retracted: bool
    delivery: str


@dataclass(frozen=True, kw_only=True)
class StoredEntity:
    """What is known of one entity: its imported facts by log id, whether anybody told that there is an application, and the
    latest version of a cost.
    """

    facts: dict[str, StoredFact] = field(default_factory=dict)
    is_application: bool = False
    cost: CostVersion | None = None


NOTHING = StoredEntity()
# The entities of a batch, in order → what is known of those that are known.
Lookup = Callable[[Sequence[str]], dict[str, StoredEntity]]


def with_stored(
    settled: Iterable[Settled], lookup: Lookup
) -> Iterator[tuple[Settled, StoredEntity]]:
    """Each entity of the run with what is known of it; entities must come in order."""
    remaining = iter(settled)
    while batch := list(islice(remaining, AT_ONCE)):
        known_entities = lookup([entity.entity for entity in batch])
        for entity in batch:
            yield entity, known_entities.get(entity.entity, NOTHING)


def nothing_stored(_entities: Sequence[str]) -> dict[str, StoredEntity]:
    """A look-up for connections through which nothing came before."""
    return {}


@dataclass(frozen=True, kw_only=True)
class ArchivedFacts:
    """A look-up in ClickHouse; `prefix` precedes the ids of the connection there."""

    client: Any
    tenant: str
    connection: str
    prefix: str = ""

    def __call__(self, entities: Sequence[str]) -> dict[str, StoredEntity]:
        """What is known of the entities, which are in order."""
        jobs = [entity for entity in entities if entity.startswith(JOB)]
        applications = [entity for entity in entities if not entity.startswith((JOB, COST))]
        stored = self._applications(applications) if applications else {}
        if jobs:
            ids = [entity.removeprefix(JOB) for entity in jobs]
            facts = self._facts(ids, of_jobs=True)
            stored |= {JOB + job: StoredEntity(facts=entry) for job, entry in facts.items()}
        costs = [entity.removeprefix(COST) for entity in entities if entity.startswith(COST)]
        for cost_id, versions in cost_versions(
            self.client, self.tenant, costs, self.prefix
        ).items():
            stored[COST + cost_id] = StoredEntity(cost=versions[-1])
        return stored

    def _applications(self, entities: Sequence[str]) -> dict[str, StoredEntity]:
        facts = self._facts(entities, of_jobs=False)
        rows = self.client.query(SUBJECTS_SQL, parameters=self._parameters(entities)).result_rows
        applications = {subject.removeprefix(self.prefix) for (subject,) in rows}
        return {
            entity: StoredEntity(facts=facts.get(entity, {}), is_application=entity in applications)
            for entity in facts.keys() | applications
        }

    def _facts(self, subjects: Sequence[str], *, of_jobs: bool) -> dict[str, dict[str, StoredFact]]:
        parameters = {**self._parameters(subjects), "jobs": of_jobs}
        facts: dict[str, dict[str, StoredFact]] = {}
        for subject, *row in self.client.query(FACTS_SQL, parameters=parameters).result_rows:
            fact = _fact(row)
            facts.setdefault(subject.removeprefix(self.prefix), {})[fact.log_id] = fact
        return facts

    def _parameters(self, subjects: Sequence[str]) -> dict[str, object]:
        return {
            "tenant": self.tenant,
            "connection": self.connection,
            "first": self.prefix + subjects[0],
            "last": self.prefix + subjects[-1],
        }


def _fact(row: Sequence[Any]) -> StoredFact:
    log_id, event_type, time, content, retracted, delivery = row
    return StoredFact(
        log_id=log_id,
        type=event_type,
        time=time if time.tzinfo else time.replace(tzinfo=UTC),
        content=content,
        retracted=bool(retracted),
        delivery=delivery,
    )
