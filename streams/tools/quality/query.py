"""Counts of poor data of one tenant, each with an example event."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from schemas.kpis.data_quality import KINDS, SET_ASIDE, QualityKind
from schemas.tenants.config import Tenant
from streams.tools.connect import mapping
from streams.tools.connect.mapping import Proposal

COUNTS = """
select kind, events, example
from v_quality(tenant = {tenant:String}, first = {first:Date}, last = {last:Date})
"""
ACCEPTED = """
select count()
from v_events
where tenant = {tenant:String}
"""
DETAILS = """
select event_id, application_id, type, time
from v_events
where tenant = {tenant:String} and event_id in {events:Array(String)}
"""
# The latest event that moved an application to a stage, or ended one for a reason; both may have an id, a name or both.
LATEST_STAGE = """
select argMax(event_id, time)
from v_events
where tenant = {tenant:String} and connection = {connection:String} and stage_id = {id:String}
"""
LATEST_REASON = """
select argMax(event_id, time)
from v_events
where tenant = {tenant:String} and connection = {connection:String}
    and type in ('application.rejected', 'application.withdrawn', 'application.closed')
    and JSONExtractString(body, 'data', 'reason', 'id') = {id:String}
    and ({id:String} != '' or JSONExtractString(body, 'data', 'reason', 'name') = {name:String})
"""
UNRESOLVED = {"guessed", "unmapped"}
# The kinds that are about what `mapping suggest` proposes, by the part of the mapping that is missing.
MAPPED_KINDS = {"entered.unmapped": "stage", "unmapped_reasons": "reason"}


@dataclass(frozen=True, kw_only=True)
class ExampleEvent:
    """One event of a kind. An event that was set aside has only the id of its quarantine entry.

    `about` is the stage or reason that nobody mapped.
    """

    id: str
    application: str = ""
    type: str = ""
    time: datetime | None = None
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class QualityFinding:
    """How many events of a kind there are; without an example none could be recognised."""

    kind: QualityKind
    events: int
    example: ExampleEvent | None = None


@dataclass(frozen=True, kw_only=True)
class QualityReport:
    """What was found in the events of a tenant's local days `first` to `last`; `accepted` counts all its events ever."""

    tenant: Tenant
    first: date
    last: date
    accepted: int
    findings: tuple[QualityFinding, ...]


def quality_report(client: Any, tenant: Tenant, first: date, last: date) -> QualityReport:
    """Return the counts of one tenant with the examples that ClickHouse can name, in the order of the kinds."""
    parameters = {"tenant": tenant.id, "first": first, "last": last}
    rows = {row[0]: row[1:] for row in client.query(COUNTS, parameters=parameters).result_rows}
    (accepted,) = client.query(ACCEPTED, parameters=parameters).result_rows[0]
    examples = {kind: ExampleEvent(id=id_) for kind, (_, id_) in rows.items() if id_}
    examples |= _unmapped_examples(client, tenant, rows.keys() & MAPPED_KINDS.keys(), last)
    examples = with_details(client, tenant.id, examples)
    findings = [
        QualityFinding(kind=kind, events=rows[kind.id][0], example=examples.get(kind.id))
        for kind in KINDS
        if kind.id in rows
    ]
    return QualityReport(
        tenant=tenant, first=first, last=last, accepted=accepted, findings=tuple(findings)
    )


def with_examples(
    client: Any, report: QualityReport, examples: Mapping[str, ExampleEvent]
) -> QualityReport:
    """Return the report with these examples, by kind, where it has none."""
    detailed = with_details(client, report.tenant.id, examples)
    findings = tuple(
        replace(finding, example=finding.example or detailed.get(finding.kind.id))
        for finding in report.findings
    )
    return replace(report, findings=findings)


def with_details(
    client: Any, tenant: str, examples: Mapping[str, ExampleEvent]
) -> dict[str, ExampleEvent]:
    """Add application, type and time to the examples that are accepted events."""
    ids = [example.id for kind, example in examples.items() if kind != SET_ASIDE.id]
    rows = client.query(DETAILS, parameters={"tenant": tenant, "events": ids}).result_rows
    details = {
        id_: {"application": application, "type": kind, "time": _in_utc(time)}
        for id_, application, kind, time in rows
    }
    return {
        kind: replace(example, **details.get(example.id, {})) for kind, example in examples.items()
    }


def _in_utc(moment: datetime) -> datetime:
    """Return an instant of ClickHouse with its zone, which the driver leaves out for UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _unmapped_examples(
    client: Any, tenant: Tenant, kinds: Collection[str], today: date
) -> dict[str, ExampleEvent]:
    """Return the latest event of the most frequent unmapped stage and reason over all connections."""
    if not kinds:
        return {}
    proposals = [
        (proposal, connection.id)
        for connection in tenant.connections
        for proposal in mapping.suggest(client, tenant.id, connection, today)
        if proposal.basis in UNRESOLVED
    ]
    proposals.sort(key=lambda row: -row[0].applications)
    examples = (
        (kind, _latest(client, tenant.id, *row))
        for kind in sorted(kinds)
        for row in [row for row in proposals if row[0].what == MAPPED_KINDS[kind]][:1]
    )
    return {kind: example for kind, example in examples if example.id}


def _latest(client: Any, tenant: str, proposal: Proposal, connection: str) -> ExampleEvent:
    sql = LATEST_STAGE if proposal.what == "stage" else LATEST_REASON
    parameters = {
        "tenant": tenant,
        "connection": connection,
        "id": proposal.id,
        "name": proposal.name,
    }
    [(id_,)] = client.query(sql, parameters=parameters).result_rows
    return ExampleEvent(id=id_, about=f"{proposal.name or proposal.id} ({connection})")
