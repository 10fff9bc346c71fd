"""How the KPIs of a company change with an import: by the worker's own fold of each application without and with it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

import msgspec

from schemas.cells import DECISION, TOTAL, Tally
from schemas.events import packs
from schemas.events.envelope import full_type
from schemas.events.packs import PackedData, PackedEvent
from schemas.funnel.attempt import Attributes
from schemas.funnel.conversion import to_funnel_event
from schemas.funnel.facts import FunnelFact
from schemas.funnel.fold import MEMBER_SCOPES, Contribution, fact_days, fold, member_places
from schemas.funnel.funnel_events import FunnelEvent, VendorStage
from schemas.funnel.rules import Rules
from schemas.instants import DAY_MS, day_number
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import PLANNABLE, PLANNED, Kpi, KpiValue, evaluate
from streams.reading.kpis import KpiQuery, fetch_kpis
from streams.tools.importing.events import RowEvent
from streams.tools.importing.settling.settle import APART, COST
from streams.tools.importing.settling.stored_costs import cost_versions

MAX_FOLDED = 100_000  # applications; more would double the time of a dry run
AT_ONCE = 5_000  # applications whose earlier events are read by one query
LATER = 1 << 60  # the offset of what is not in the log yet
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
KPI_IDS = (
    *("applications", "hires", "rejections", "withdrawals", "closings", "offers_made"),
    *("offers_accepted", "offer_accept_rate", "interviews_held", "stage_pass_rate", "joins"),
    *("joins_planned", "time_to_hire_days", "time_to_accept_days", "unmapped_stage_entries"),
    *("time_to_fill_days", "leavers", "performance", "cost_total"),
)
EVENTS_SQL = """
select subject, body, src_offset, src_index
from v_events
where tenant = {tenant:String}
    and subject in {subjects:Array(String)}
order by subject, src_offset, src_index
"""
# Entities → the accepted events of those that have some.
EarlierEvents = Callable[[Sequence[str]], dict[str, list[FunnelEvent]]]

_data_decoder = msgspec.json.Decoder(PackedData)
_event_decoder = msgspec.json.Decoder(PackedEvent)


@dataclass(frozen=True, kw_only=True)
class ImportingCompany:
    """The company of an import: its rules, its day as a number, and the connection."""

    tenant: str
    connection: str
    rules: Rules
    today: date
    currency: str = "JPY"

    def meaning(self, stage: str) -> str:
        """The milestone of a stage by its name."""
        at = day_number(self.today) * DAY_MS
        named = VendorStage(id=stage[:100], name=stage)
        return self.rules.stage_meaning(self.connection, named, None, at).milestone


@dataclass(frozen=True, kw_only=True)
class KpiLine:
    """One KPI before and after the import, over all days; `before` is None if nobody knows what is there."""

    kpi: Kpi
    before: KpiValue | None
    after: KpiValue


@dataclass
class KpiChanges:
    """What the import adds to the sums of the company, up to `MAX_FOLDED` applications."""

    company: ImportingCompany
    earlier: EarlierEvents
    added: Counter[str] = field(default_factory=Counter)
    folded: int = 0
    is_complete: bool = True
    _pending: list[tuple[str, Sequence[FunnelEvent], bool]] = field(default_factory=list)

    def add(self, entity: str, events: Sequence[FunnelEvent], *, is_known: bool) -> None:
        """Take what is sent about one entity; `is_known` says that something of it is there already."""
        if not events:
            return
        if self.folded >= MAX_FOLDED:
            self.is_complete = False
            return
        self.folded += 1
        self._pending.append((entity, events, is_known))
        if len(self._pending) >= AT_ONCE:
            self.finish()

    def lines(self, before: Tally | None) -> list[KpiLine]:
        """The KPIs that change, once finished; `before` are the sums of the company as they are."""
        sums = Counter(before or {})
        after = {name: sums[name] + self.added[name] for name in sums.keys() | self.added.keys()}
        lines = [
            KpiLine(
                kpi=BY_ID[name],
                before=None if before is None else evaluate(BY_ID[name], before),
                after=evaluate(BY_ID[name], after),
            )
            for name in KPI_IDS
        ]
        return [line for line in lines if line.after != (line.before or _nothing(line.after))]

    def finish(self) -> None:
        """Count what was added; must be called before any of it is sent."""
        archived = [entity for entity, _, is_known in self._pending if is_known]
        earlier = self.earlier(archived) if archived else {}
        for entity, events, _ in self._pending:
            before = earlier.get(entity, [])
            after = [*before, *events]
            self._count(fold(after, self.company.rules), 1)
            if before:
                self._count(fold(before, self.company.rules), -1)
        self._pending.clear()

    def accepted(self, events: Iterable[RowEvent]) -> list[FunnelEvent]:
        """The events as the worker will read them."""
        source = f"urn:hirelay:{self.company.connection}"
        accepted = []
        for index, event in enumerate(events):
            packed = PackedEvent(
                id=event.id,
                source=source,
                type=full_type(event.type),
                time=event.at,
                tenant=self.company.tenant,
                subject=event.fact.entity,
                data=_data_decoder.decode(event.logged_data()),
                ingestmode="csv",
                timequality=event.time_quality,
            )
            accepted.append(to_funnel_event(packed, LATER, index))
        return [event for event in accepted if event is not None]

    def announced(self, events: Iterable[Mapping[str, Any]]) -> list[FunnelEvent]:
        """Events in JSON, with the prefix on their ids, as the worker will read them once they are accepted."""
        source = f"urn:hirelay:{self.company.connection}"
        announced = []
        for index, event in enumerate(events):
            hex_id = sha256(str(event["id"]).encode()).hexdigest()[:32]
            own = {"id": hex_id, "source": source, "tenant": self.company.tenant, "subject": ""}
            text = msgspec.json.encode({**event, **own})
            announced.append(to_funnel_event(_event_decoder.decode(text), LATER, index))
        return [event for event in announced if event is not None]

    def _count(self, contributions: list[Contribution], sign: int) -> None:
        today = day_number(self.company.today)
        for contribution in contributions:
            for n, fact in contribution.changes:
                for day in _company_days(contribution.attributes, fact):
                    ahead = day > today and fact.measure.partition(".")[0] in PLANNABLE
                    self.added[PLANNED + fact.measure if ahead else fact.measure] += sign * n


def _nothing(after: KpiValue) -> KpiValue:
    """What a KPI is without data: no value, or 0 for a count."""
    return KpiValue(None if after.value is None else 0.0, 0)


def _company_days(attributes: Attributes, fact: FunnelFact) -> list[int]:
    """The days on which one fact counts for the whole company, by decision."""
    if fact.scope in MEMBER_SCOPES:
        places = member_places(attributes, fact)
        return [day for dim, _, day, basis in places if (dim, basis) == (TOTAL, DECISION)]
    return [day for day, basis in fact_days(attributes, fact) if basis == DECISION]


def earlier_events(client: Any, tenant: str, prefix: str) -> EarlierEvents:
    """The look-up in ClickHouse; `prefix` precedes the ids of the connection there. Without a client nothing is known."""

    def lookup(entities: Sequence[str]) -> dict[str, list[FunnelEvent]]:
        subjects = [prefix + entity for entity in entities if not entity.startswith(APART)]
        parameters = {"tenant": tenant, "subjects": subjects}
        costs = [entity.removeprefix(COST) for entity in entities if entity.startswith(COST)]
        histories: dict[str, list[FunnelEvent]] = {
            COST + cost_id: [event for version in versions if (event := version.funnel_event())]
            for cost_id, versions in cost_versions(client, tenant, costs).items()
        }
        for subject, body, offset, index in client.query(
            EVENTS_SQL, parameters=parameters
        ).result_rows:
            (packed,) = packs.decode_events(packs.encode([body.encode()]))
            event = to_funnel_event(packed, offset, index)
            if event is not None:
                histories.setdefault(subject.removeprefix(prefix), []).append(event)
        return histories

    return (lambda _: {}) if client is None else lookup


def current_sums(client: Any, company: ImportingCompany) -> Tally | None:
    """The sums of the whole company over all days, None if they cannot be read."""
    if client is None:
        return None
    query = KpiQuery(
        tenant=company.tenant,
        basis=DECISION,
        first=FIRST_DAY,
        last=LAST_DAY,
        as_of=company.today,
        kpis=KPI_IDS,
    )
    rows = fetch_kpis(client, query).rows
    return rows[0].tally if rows else {}
