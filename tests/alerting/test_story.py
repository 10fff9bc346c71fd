"""A fall is seen, explained, acted upon and reported with what became of it; restart and replay alert nobody twice."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from schemas.alerting.alert_texts import description, summary
from schemas.alerting.breach import Breach
from schemas.alerting.rules import AlertRules
from schemas.cells import Cell, CellKey, encode_cell, encode_key
from schemas.instants import day_number
from schemas.kpis.catalogue import BY_ID
from schemas.tenants.config import Secret, Tenancy, Tenant
from sinks.clickhouse.writer import Writer
from streams.alerting.alert_payload import ActiveBreaches
from streams.alerting.cells import CellSums
from streams.alerting.judge import Judge
from streams.archive.rows import RecordPosition, cell_rows
from streams.reading.change import DayRange, explain_change
from streams.reading.play_outcomes import read_play_outcomes
from streams.tools.explaining.play_text import play_lines
from streams.tools.explaining.text import explanation_lines
from tests.archive.test_actions import archive, create_action
from tests.schemas.alerting.test_rules import rule, screened

TENANT = "story"
RULES = AlertRules(rules=(rule(id="company", tenant=TENANT, window_days=7),))
KEY = Secret(env="KEY")
COMPANY = Tenancy(
    tenants=(Tenant(id=TENANT, name="Story", language="en", quarantine_key=KEY, person_key=KEY),)
)
TODAY = datetime.now(UTC).date()
FALL, SEEN, BACK, OVER = (TODAY - timedelta(days=days) for days in (70, 64, 60, 40))
# Passed and failed screenings a day, before the fall, during it and after the action; only doda falls.
COURSE = {"doda": ((10, 10), (1, 19), (12, 8)), "green": ((10, 10), (10, 10), (10, 10))}
Records = list[tuple[bytes, bytes]]


class Story(NamedTuple):
    """The cells of the story, and the breach as it was reported, acted upon and resolved."""

    records: Records
    opened: Breach
    resolved: Breach


def at_noon(day: date) -> datetime:
    """An instant of that day."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def cells(first: date, last: date) -> Records:
    """The records that the worker writes for these days, of the company and of both channels."""
    records: Records = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        phase = (day >= FALL) + (day >= BACK)
        rows = {name: course[phase] for name, course in COURSE.items()}
        total = (sum(row[0] for row in rows.values()), sum(row[1] for row in rows.values()))
        for key, counts in (
            (("total", "all"), total),
            *((("channel", n), c) for n, c in rows.items()),
        ):
            cell = CellKey(TENANT, *key, day_number(day), "decision")
            records.append((encode_key(cell), encode_cell(Cell(number, screened(*counts)))))
    return records


def judged(judge: Judge, records: Records, day: date) -> list[Breach]:
    """What a watch that has read these records writes at noon of a day."""
    sums = CellSums(RULES)
    for key, value in records:
        sums.apply(0, key, value)
    breaches = judge.changes(sums, None, lambda _: day, at_noon(day))
    judge.record(breaches)
    return breaches


@pytest.fixture(scope="module")
def story(client: Any) -> Story:
    """The whole course, archived as it happened."""
    judge = Judge(RULES, COMPANY)
    begin = FALL - timedelta(days=120)
    assert judged(judge, cells(begin, FALL - timedelta(days=1)), FALL - timedelta(days=1)) == []
    (opened,) = judged(judge, cells(begin, SEEN), SEEN)
    records = cells(begin, OVER)
    (resolved,) = (row for row in judged(judge, records, OVER) if not row.active)
    for offset, (key, value) in enumerate(records):
        rows = cell_rows(RecordPosition("kpi-cells", 0, offset), key, value)
        Writer(client).write(rows, f"story-{offset}")
    archive(client, resolved, create_action(resolved, "done", at_noon(BACK)))
    return Story(records, opened, resolved)


def test_the_fall_is_seen_with_its_cause(story: Story) -> None:
    """Within a week of the fall the alert names the channel whose own past says so, and the day on which it began."""
    text = description(story.opened)

    assert summary(story.opened).startswith("Screening pass rate of the whole company is")
    assert abs((story.opened.since - FALL).days) <= 1
    assert 'Main contributor: channel "doda" (from 5' in text
    assert "At most 1 false alarm a year." in text


def test_the_change_is_explained(client: Any, story: Story) -> None:
    """The split blames the rate of doda and not the mix."""
    days = DayRange(FALL, SEEN)
    explanation = explain_change(client, TENANT, BY_ID["screen_pass_rate"], days, days.before)
    lines = [*explanation_lines(explanation, "en")]

    assert lines[0].startswith("Screening pass rate: 50.0% → 27.5%")
    assert lines[1].endswith("rates -22.5 points, mix +0.0 points")
    assert lines[2].startswith("  doda: rate -22.5 points")


def test_what_was_done_is_reported_with_its_effect(client: Any, story: Story) -> None:
    """The breach ends recovered under its own id, and the suggestion has helped one of one."""
    (outcome,) = read_play_outcomes(client, TENANT, 28)

    assert (story.resolved.id, story.resolved.ending) == (story.opened.id, "recovered")
    assert "1 done" in [*play_lines([outcome], 28, "en")][1]
    assert (outcome.helped, outcome.judged) == (1, 1)


def test_restart_and_replay_alert_nobody_twice(story: Story) -> None:
    """A new watch that reads the breaches and the cells, in any order and twice, has nothing to write."""
    for records in (story.records, story.records[::-1], story.records * 2):
        judge = Judge(RULES, COMPANY)
        judge.record([story.opened, story.resolved])

        assert judged(judge, records, OVER) == []
    active = ActiveBreaches()
    active.add(story.opened)
    active.add(story.resolved)
    assert active.due(at_noon(TODAY), ()) == []
