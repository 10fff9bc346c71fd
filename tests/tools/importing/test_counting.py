"""Counts of imported events, checked by hand, with the worker's own fold over the events that the gateway accepted."""

from pathlib import Path

from schemas.events import packs
from schemas.funnel.conversion import to_funnel_event
from schemas.funnel.fold import contribution
from schemas.funnel.funnel_events import FunnelEvent
from schemas.funnel.rules import Rules
from streams.ingest.kafka.publisher import encode
from streams.ingest.vendor import Context
from streams.ingest.vendors.standard import adapter
from streams.tools.importing.source import ImportSource
from tests.ingest import gateways
from tests.tools.importing.samples import open_sample
from tests.tools.importing.test_sender import batches_of


def accepted_events(import_source: ImportSource) -> list[FunnelEvent]:
    """The events of the file as the worker reads them."""
    context: Context = gateways.context("standard")
    headers = (("content-type", "application/cloudevents-batch+json"), ("webhook-id", "d-1"))
    happened: list[FunnelEvent] = []
    for batch in batches_of(import_source):
        translation = adapter.translate(batch.body, headers, context)
        assert translation.faults == ()
        for record in packs.decode_events(
            packs.encode([encode(event).body for event in translation.events])
        ):
            read = to_funnel_event(record)
            assert read is not None
            happened.append(read)
    return happened


def counts_by_member(
    events: list[FunnelEvent], dimension: str = "total"
) -> dict[str, dict[str, int]]:
    """Measures by member over all days, on the cohort basis."""
    sums: dict[str, dict[str, int]] = {}
    for key, tally in contribution(events, "acme", Rules("Asia/Tokyo")).items():
        if (key.dimension, key.basis) == (dimension, "cohort"):
            member = sums.setdefault(key.member, {})
            for measure, n in tally.items():
                member[measure] = member.get(measure, 0) + n
    return sums


def test_three_tables_of_days_make_one_application(tmp_path: Path) -> None:
    """応募・段階履歴・面接 with dates only: interviewers of each step are credited with its result."""
    applications = open_sample(
        tmp_path,
        "応募ID,応募日,媒体,選考結果,選考終了日\nA-1,2026/04/01,doda,不採用,2026/04/10\n",
    )
    events = accepted_events(applications)
    history = open_sample(
        tmp_path,
        "応募ID,選考段階,移動日\nA-1,二次面接,2026/04/05\nA-1,一次面接,2026/04/02\nA-1,書類選考,2026/04/01\n",
    )
    events += accepted_events(history)
    interviews = open_sample(
        tmp_path,
        "応募ID,面接日,面接官ID,状態\nA-1,2026/04/05,u-1,実施済\nA-1,2026/04/10,u-2,実施済\n",
    )
    events += accepted_events(interviews)
    total = counts_by_member(events)["all"]

    beside = ("interviews_", "scorecards_due", "feedback_due")
    assert {name: n for name, n in total.items() if not name.startswith(beside)} == {
        "applications": 1,
        "applications_rated": 1,
        "entered.screening": 1,
        "passed.screening": 1,
        "entered.interview_1": 1,
        "passed.interview_1": 1,
        "entered.interview_2": 1,
        "failed.interview_2": 1,
        "rejected": 1,
    }
    assert (total["interviews_scheduled"], total["interviews_held"]) == (2, 2)
    assert (total["scorecards_due"], total["feedback_due"]) == (2, 2)
    people = counts_by_member(events, "interviewer")
    assert people["u-1"]["passed.interview_1"] == 1
    assert people["u-2"]["failed.interview_2"] == 1
    assert "failed.interview_2" not in people["u-1"]


def test_a_second_import_counts_nothing(tmp_path: Path) -> None:
    """The same table imported twice, in another order, counts one application."""
    text = "応募ID,応募日,媒体,採用決定日\nA-1,2026/04/01,doda,2026/05/01\n"
    once = accepted_events(open_sample(tmp_path, text))
    again = accepted_events(open_sample(tmp_path, text))

    assert counts_by_member(once + again[::-1]) == counts_by_member(once)
    assert counts_by_member(once)["all"]["hired"] == 1
    assert counts_by_member(once, "channel").keys() == {"doda"}
