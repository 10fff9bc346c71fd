"""Examples that no query recognises come from the applications of the day on which such an event was counted."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from schemas.events import packs
from schemas.funnel.funnel_events import ContextEvent, FunnelEvent
from schemas.funnel.rules import Rules, TenantRules
from schemas.tenants.config import Tenancy
from schemas.tenants.mapping_snapshot import snapshot_mapping
from sinks.clickhouse.rows import CandidateEvent
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, event_rows
from streams.ingest.kafka.publisher import encode
from streams.tools.quality.command import FoldingSearch, report_with_examples
from streams.tools.quality.diagnosis import diagnosed_examples
from tests.cases.situations import delivery, read_situation
from tests.sinks.test_quality_view import cell
from tests.tools.quality.test_quality import company

RULES = Rules("Asia/Tokyo")
HIRES = (
    "2026-04-01T09:00 job.opened job_id=j-1",
    "2026-04-01T09:00 a1..a2 application.created channel=doda",
    "2026-04-05T09:00 a1..a1 application.hired",
    "2026-04-20T09:00 a2..a2 application.hired",
)


def archived(tenant: str) -> list[CandidateEvent]:
    """Return the rows of two hires, as the archiver writes them."""
    entry = {"situation": "Two hires.", "events": list(HIRES), "expect": ["hired = 2"]}
    events = delivery(*read_situation("hires", entry).events).translated().events
    pack = packs.encode([encode(event).body for event in events])
    rows = event_rows(RecordPosition("candidate-events", 0, 0), pack)
    return [row._replace(tenant=tenant, body=row.body.replace("acme", tenant)) for row in rows]


def hires_at_fault(history: Iterable[FunnelEvent], _: Rules) -> list[tuple[str, str]]:
    """Stand in for the fold: every hire is impossible, and every application is reached by a corrected job."""
    kinds = {"application.hired": "impossible"}
    return [
        (kinds.get(event.header.kind, "corrected"), event.header.id.hex())
        for event in history
        if event.header.kind in kinds or isinstance(event, ContextEvent)
    ]


@pytest.fixture(scope="module")
def archive(client: Any) -> dict[str, str]:
    """Archive two hires of which the earlier was counted as impossible; return the id of each by application."""
    rows = archived("diagnosed")
    Writer(client).write(rows, "diagnosed-events")
    Writer(client).write([cell("diagnosed", "quality.impossible", 1)], "diagnosed-cells")
    return {row.application_id: row.event_id for row in rows if row.type == "application.hired"}


def examples(client: Any, *kinds: str, last: int = 30) -> dict[str, str]:
    """Return the ids of the examples found in April, by kind."""
    window = {"tenant": "diagnosed", "first": date(2026, 4, 1), "last": date(2026, 4, last)}
    found = diagnosed_examples(client, window, kinds, RULES, hires_at_fault)
    return {kind: example.id for kind, example in found.items()}


def test_the_example_is_of_the_day_that_was_counted(client: Any, archive: dict[str, str]) -> None:
    """Of two hires the one of the counted day is named, although both would be at fault."""
    assert examples(client, "quality.impossible") == {"quality.impossible": archive["a1"]}


def test_only_kinds_that_were_asked_for_are_returned(client: Any, archive: dict[str, str]) -> None:
    """A kind that was not counted in the window is not searched."""
    assert examples(client, "quality.told_again") == {}
    assert examples(client, "quality.impossible", last=4) == {}


def test_events_of_the_job_are_part_of_the_history(client: Any, archive: dict[str, str]) -> None:
    """What reaches an application through its job can be at fault."""
    found = examples(client, "quality.impossible", "quality.corrected")

    assert found.keys() == {"quality.impossible", "quality.corrected"}


def no_rules() -> TenantRules:
    """Return the rules of a configuration without tenants."""
    return TenantRules(snapshot_mapping(Tenancy(tenants=())))


def test_rules_are_read_only_when_they_are_needed(client: Any) -> None:
    """Without poor data nothing is folded, so that a company without events needs no worker."""

    def fail() -> TenantRules:
        raise AssertionError

    days = (date(2026, 4, 1), date(2026, 4, 30))
    search = FoldingSearch(fail, hires_at_fault)

    assert report_with_examples(client, days, company("undiagnosed"), search).findings == ()


def test_a_report_is_completed_where_no_query_finds_an_example(
    client: Any, archive: dict[str, str]
) -> None:
    """The command folds only for what is missing, and shows application and instant like those of any other example."""
    days = (date(2026, 4, 1), date(2026, 4, 30))
    search = FoldingSearch(no_rules, hires_at_fault)
    report = report_with_examples(client, days, company("diagnosed"), search)
    (finding,) = report.findings

    assert finding.example is not None
    assert (finding.kind.id, finding.example.id) == ("quality.impossible", archive["a1"])
    assert (finding.example.application, finding.example.type) == ("a1", "application.hired")
