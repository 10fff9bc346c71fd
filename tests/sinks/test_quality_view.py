"""The view of data quality counts each kind, and recognises an event of it where the archive is enough."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from schemas.cells import ALL, TOTAL
from sinks.clickhouse.rows import CandidateEvent, KpiCell, Quarantined
from sinks.clickhouse.writer import Writer

APRIL = "first = '2026-04-01', last = '2026-04-30'"


def cell(tenant: str, measure: str, n: int, day: int = 5) -> KpiCell:
    """Return one measure of the whole company on a day of April."""
    at = date(2026, 4, day)
    return KpiCell(0, tenant, TOTAL, ALL, at, "decision", measure, 0, n, 1)


def event(tenant: str, id_: str, offset: int, **more: Any) -> CandidateEvent:
    """Return an accepted event of application a1, by default a move on 5 April at ten."""
    data = more.pop("data", {})
    kind = more.pop("type", "application.stage_changed")
    at = datetime(2026, 4, more.pop("day", 5), more.pop("hour", 10), tzinfo=UTC)
    subject = more.pop("subject", "a1")
    return CandidateEvent(
        tenant=tenant,
        event_id=id_,
        type=kind,
        subject=subject,
        connection="c",
        vendorevent="",
        time=at,
        recordedtime=at,
        test=False,
        application_id=subject,
        job_id="",
        job_name="",
        channel="",
        stage_id=more.pop("stage", "s1"),
        stage_name="",
        src_partition=0,
        src_offset=offset,
        src_index=0,
        body=json.dumps({"data": data}),
    )


def set_aside(tenant: str, state: str = "open", reason: str = "future_time") -> Quarantined:
    """Return a quarantine entry of 5 April."""
    at = datetime(2026, 4, 5, tzinfo=UTC)
    id_ = f"{tenant}-{state}-{reason}"
    return Quarantined(
        id_, tenant, "c", "standard", "", reason, "", at, "", 0, 0, state, "", part=True
    )


def shown(client: Any, tenant: str, *rows: Any) -> dict[str, tuple[int, str]]:
    """Write the rows of a company; return what the view shows in April: events and example by kind."""
    for table in {type(row) for row in rows}:
        same = [row for row in rows if type(row) is table]
        Writer(client).write(same, f"{tenant}-{table.__name__}")
    view = f"v_quality(tenant = '{tenant}', {APRIL})"
    found = client.query(f"select kind, events, example from {view}").result_rows
    return {kind: (events, example) for kind, events, example in found}


def test_a_company_without_faults_has_no_rows(client: Any) -> None:
    """Nothing is shown without events, nor for events without a fault."""
    assert shown(client, "q-fine", event("q-fine", "e1", 1)) == {}


@pytest.mark.parametrize(
    ("kind", "events"),
    [
        ("out_of_order", [{"hour": 12}, {"hour": 11}]),
        ("told_again", [{"data": {"x": 1}}, {"data": {"x": 1}}]),
        ("without_stage", [{"stage": ""}, {"stage": "", "type": "application.rejected"}]),
        ("corrected", [{}, {"hour": 11, "type": "application.channel_changed"}]),
        (
            "impossible",
            [
                {"hour": 9},
                {
                    "type": "interview.completed",
                    "data": {"start": "2026-04-05T11:00:00+09:00", "end": "2026-04-05T10:00:00Z"},
                },
                {
                    "hour": 12,
                    "type": "interview.completed",
                    "data": {"start": "2026-04-05T12:00:00Z", "end": "2026-04-05T20:00:00+09:00"},
                },
            ],
        ),
    ],
)
def test_an_event_of_the_kind_is_the_example(
    client: Any, kind: str, events: list[dict[str, Any]]
) -> None:
    """The last event of each history is the one at fault; another application of that day is not."""
    tenant = f"q-{kind}"
    history = [event(tenant, f"e{n}", n, **more) for n, more in enumerate(events)]
    other = event(tenant, "other", 9, subject="a2", hour=20)
    counted = cell(tenant, f"quality.{kind}", 1)

    assert shown(client, tenant, *history, other, counted) == {
        f"quality.{kind}": (1, history[-1].event_id)
    }


def test_a_kind_that_the_archive_cannot_tell_has_no_example(client: Any) -> None:
    """Counts of all days in the window are added up; the meaning of a stage is not in the archive."""
    rows = [cell("q-stages", "entered.unmapped", 2), cell("q-stages", "entered.unmapped", 3, day=9)]

    assert shown(client, "q-stages", *rows, event("q-stages", "e1", 1)) == {
        "entered.unmapped": (5, "")
    }


def test_open_entries_with_a_future_time_are_counted(client: Any) -> None:
    """An event set aside for its time counts until it is replayed or dropped; other reasons are not about quality."""
    rows = [
        set_aside("q-future"),
        set_aside("q-future", state="dropped"),
        set_aside("q-future", reason="not_json"),
    ]

    assert shown(client, "q-future", *rows) == {"future_time": (1, "q-future-open-future_time")}
