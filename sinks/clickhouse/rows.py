"""One row model per ClickHouse base table; its fields are the only column list in Python."""

from datetime import date, datetime
from typing import NamedTuple


class KpiCell(NamedTuple):
    """`epoch_cells`: one measure of one cell of one source partition; the highest `version` (Kafka offset) wins."""

    epoch: int
    tenant: str
    dimension: str
    member: str
    day: date
    basis: str
    measure: str
    src_partition: int
    value: int
    version: int


class CandidateEvent(NamedTuple):
    """`candidate_events`: the archive of accepted events; one row per event id after merging."""

    tenant: str
    event_id: str
    type: str
    subject: str
    connection: str
    vendorevent: str
    time: datetime
    recordedtime: datetime
    test: bool
    application_id: str
    job_id: str
    job_name: str
    channel: str
    stage_id: str
    stage_name: str
    src_partition: int
    src_offset: int
    src_index: int
    body: str


class Quarantined(NamedTuple):
    """`quarantined`: what was quarantined and why; the body stays encrypted in Kafka."""

    id: str
    tenant: str
    connection: str
    vendor: str
    vendorevent: str
    reason: str
    detail: str
    at: datetime
    rawref: str
    src_partition: int
    src_offset: int
    state: str
    resolution: str
    part: bool


class EpochRow(NamedTuple):
    """`epochs`: one generation of all numbers; the highest `version` (Kafka offset) wins."""

    number: int
    state: str
    facts: int
    changed: datetime
    version: int


class CellFlush(NamedTuple):
    """`cell_flushes`: the last whole flush of a source partition; the highest `version` (Kafka offset) wins."""

    epoch: int
    src_partition: int
    as_of: datetime
    version: int


class BreachRow(NamedTuple):
    """`breaches`: one breach; the highest `version` (Kafka offset) wins, `body` is its Kafka record."""

    tenant: str
    id: str
    rule: str
    kpi: str
    dimension: str
    member: str
    owner: str
    severity: str
    state: str
    ending: str
    direction: str
    target: float
    window_days: int
    opened: date
    since: date
    until: date | None
    judged: date
    value: float | None
    n: int
    low: float | None
    high: float | None
    probability: float | None
    told: datetime
    ended: datetime | None
    body: str
    version: int


class BreachActionRow(NamedTuple):
    """`breach_actions`: one record of an action; the lowest `version` (Kafka offset) of an id wins."""

    tenant: str
    breach: str
    id: str
    action: str
    at: datetime
    recorded: datetime
    version: int


class RelayRow(NamedTuple):
    """`relay_ledger`: a fact, a decision, or one posting of a decision; `measure` is what KPIs sum, empty for none."""

    tenant: str
    seq: int
    line: int
    day: date
    at: datetime
    recorded: datetime
    fact: str
    entry: str
    reason: str
    scope: str
    account: str
    unit: str
    amount: int
    measure: str
    slot: int
    due: date | None
    invitation: str
    application_id: str
    job_id: str
    channel: str
    version: int


class RelayFinding(NamedTuple):
    """`relay_findings`: what the ledger of a company says, as a row of a panel; all rows of its highest `version` stand.

    `name` and `verdict` are words of the boards. `n` cases of which `events` had the event within `days`; `value`, with the
    90 % interval from `low` to `high`, and `lift` are None where nothing can be said. `since` is None for the first version.
    """

    tenant: str
    panel: str
    position: int
    job_id: str
    since: date | None
    channel: str
    name: str
    n: int
    events: int
    days: int
    value: float | None
    low: float | None
    high: float | None
    lift: float | None
    verdict: str
    version: int


class AuditRow(NamedTuple):
    """`audit_log`: one thing that somebody did; `version` is the Kafka offset of its record."""

    version: int
    tenant: str
    at: datetime
    who: str
    action: str
    subject: str
    detail: str


class MemberRow(NamedTuple):
    """`members`: the name of one member from one source; an empty name was removed. `version`: Unix ms of the name."""

    tenant: str
    kind: str
    member: str
    source: str
    name: str
    version: int


class ConnectionCount(NamedTuple):
    """`connection_counts`: one count of a connection in one gateway process since it started."""

    tenant: str
    connection: str
    vendor: str
    run: str
    what: str
    name: str
    total: int
    last: datetime
    version: int


class KpiDefinition(NamedTuple):
    """`kpi_definitions`: one row of the catalogue; all rows of the highest `version` are the catalogue."""

    id: str
    position: int
    ja: str
    en: str
    explain_ja: str
    explain_en: str
    kind: str
    unit: str
    scale: float
    share: float
    upto: int
    about: str
    outcome: str
    entered: str
    bases: list[str]
    better: int
    minimum_n: int
    requires: int
    version: int


class KpiMeasure(NamedTuple):
    """`kpi_measures`: a measure, or all measures with a prefix, that are part of a KPI."""

    kpi: str
    part: str
    pattern: str
    version: int


class PlannedTarget(NamedTuple):
    """`targets`: one planned value; all rows of the highest `version` are the targets file."""

    tenant: str
    kpi: str
    dimension: str
    member: str
    basis: str
    first: date
    last: date
    period: str
    plan: float
    better: int
    owner: str
    note: str
    version: int


class RuleCoverageRow(NamedTuple):
    """`rule_coverage`: what a rule sees of a member, or the rule itself if `member` is empty; the highest `version` is valid."""

    tenant: str
    rule: str
    kpi: str
    dimension: str
    member: str
    budget: float
    members: int
    unseen: int
    weekly: float | None
    rate: float | None
    fallen: float | None
    weeks: float | None
    smallest: float | None
    within_weeks: int
    version: int


class TenantRow(NamedTuple):
    """`tenants`: one tenant; all rows of the highest `version` are the configuration.

    `minor`: minor units per unit. `names`: whose names may be shown.
    """

    id: str
    position: int
    name: str
    timezone: str
    language: str
    currency: str
    minor: int
    names: str
    version: int
