"""Cells of all partitions become breaches, and only what differs from what stands is written."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from schemas.alerting.breach import Breach
from schemas.alerting.rules import AlertRules
from schemas.cells import Cell, CellKey, Tally, encode_cell, encode_key
from schemas.instants import EPOCH_DAY
from schemas.tenants.config import Secret, Tenancy, Tenant
from sinks.metrics import WatchMetrics
from streams.alerting.breach_log import BreachWriter
from streams.alerting.cells import CellSums
from streams.alerting.judge import Judge
from streams.alerting.watch import QUIET, Watched, _Round, reached
from streams.configuration.settings import Settings
from tests.schemas.alerting.test_rules import rule, screened

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = date(2026, 4, 1).toordinal() - EPOCH_DAY
RULES = AlertRules(rules=(rule(id="company"), rule(id="channels", dimension="channel", member="*")))


def tenancy() -> Tenancy:
    """One company that reads English."""
    key = Secret(env="KEY")
    return Tenancy(
        tenants=(Tenant(id="acme", name="Acme", language="en", quarantine_key=key, person_key=key),)
    )


def row(
    dimension: str, member: str, tally: Tally, offset: int = 1, day: int = DAY
) -> tuple[bytes, bytes]:
    """A cell as the worker writes it."""
    key = CellKey("acme", dimension, member, day, "decision")
    return encode_key(key), encode_cell(Cell(offset, tally))


def round_of(rules: AlertRules) -> _Round:
    """A watch that has read nothing yet, and writes nowhere."""
    held = Watched(rules=rules, tenancy=tenancy(), stamps=())
    return _Round(Settings(), WatchMetrics(), lambda: NOW, held, BreachWriter(""))


def record(partition: int, key: bytes, value: bytes, at: datetime) -> SimpleNamespace:
    """A cell as it is read."""
    told = {"topic": "kpi-cells", "partition": partition, "timestamp": int(at.timestamp() * 1000)}
    return SimpleNamespace(key=key, value=value, **told)


def looked(sums: CellSums, judge: Judge, rules: AlertRules = RULES) -> list[Breach]:
    """One look at everything, noted as written."""
    found = judge.changes(sums, None, lambda _: date(2026, 4, 1), NOW)
    judge.note(found)
    return found


def test_partitions_are_added_and_repeats_are_not() -> None:
    """A cell is the sum of its partitions' newest rows, in whatever order and however often they come."""
    sums = CellSums(RULES)
    for partition, offset, passed in ((0, 5, 3), (1, 2, 4), (0, 5, 3), (0, 4, 9), (1, 7, 6)):
        sums.take(partition, *row("channel", "doda", screened(passed, 1), offset))
    (series,) = sums.take(2, *row("channel", "doda", screened(1, 0)))

    assert sums.days(series) == {DAY: {"passed.screening": 10, "failed.screening": 2}}


def test_a_cell_that_returns_to_nothing_leaves_no_day() -> None:
    """A day that was corrected away is a day on which nothing was counted."""
    sums = CellSums(RULES)
    sums.take(0, *row("channel", "doda", screened(1, 0), 1))
    (series,) = sums.take(0, *row("channel", "doda", screened(0, 0), 2))

    assert sums.days(series) == {}


def test_the_company_and_the_channel_are_told_each_once() -> None:
    """Two rules, two breaches; the company's names the channel that it comes from; the next look is silent."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    for dimension, member in (("total", "all"), ("channel", "doda")):
        sums.take(0, *row(dimension, member, screened(5, 45)))
    sums.take(0, *row("channel", "other", screened(3, 2)))
    found = {each.rule: each for each in looked(sums, judge)}

    assert set(found) == {"company", "channels"}
    assert found["channels"].member == "doda"
    assert found["company"].segment is not None
    assert found["company"].segment.member == "doda"
    assert found["company"].language == "en"
    assert looked(sums, judge) == []


def test_the_channel_is_named_also_when_its_cell_comes_later() -> None:
    """The company's cell and the channel's are two records, and a look may fall between them."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    states = []
    for dimension, member in (("total", "all"), ("channel", "doda")):
        touched = sums.take(0, *row(dimension, member, screened(5, 45)))
        found = judge.changes(sums, touched, lambda _: NOW.date(), NOW)
        judge.note(found)
        states += [(each.rule, each.state, each.segment is not None) for each in found]

    assert states == [
        ("company", "opened", False),
        ("company", "updated", True),
        ("channels", "opened", False),
    ]
    assert looked(sums, judge) == []


def test_what_an_open_breach_comes_from_is_of_its_own_day() -> None:
    """A late event of the day before, after the clock has told the new day, does not look a day back."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    for dimension, member in (("total", "all"), ("channel", "doda")):
        sums.take(0, *row(dimension, member, screened(5, 45)))
    looked(sums, judge)

    assert judge.changes(sums, None, lambda _: NOW.date() - timedelta(days=1), NOW) == []


def test_a_restarted_watch_writes_nothing_it_wrote_before() -> None:
    """All that a watch knows stands in Kafka, so the next one has nothing to add."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    sums.take(0, *row("total", "all", screened(5, 45)))
    written = looked(sums, judge)
    again = Judge(RULES, tenancy())
    again.note(Breach.model_validate_json(each.model_dump_json()) for each in written)

    assert [each.state for each in written] == ["opened"]
    assert looked(sums, again) == []


def test_breaches_of_a_rule_that_is_gone_are_withdrawn() -> None:
    """Who deletes a rule is not alerted by it for ever."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    sums.take(0, *row("total", "all", screened(5, 45)))
    written = looked(sums, judge)
    none = Judge(AlertRules(rules=()), tenancy())
    none.note(written)
    (gone,) = none.withdrawn(NOW)

    assert (gone.id, gone.state, gone.ending) == (written[0].id, "resolved", "withdrawn")


def test_a_past_that_is_brought_in_is_judged_by_its_own_days() -> None:
    """Until a company is quiet its day is the latest that its events have told; then, or without any, that of the clock."""
    told = date(2026, 1, 5).toordinal() - EPOCH_DAY
    today = NOW.date()

    assert reached(today, told, NOW, NOW + QUIET / 2) == date(2026, 1, 5)
    assert reached(today, told, NOW, NOW + QUIET) == today
    assert reached(today, None, None, NOW) == today
    assert reached(today, DAY + 30, NOW, NOW) == today


def test_a_company_is_as_quiet_as_its_latest_record() -> None:
    """Partitions are read one after another, and the one that is read last may have been idle for an hour."""
    read = round_of(RULES)
    for partition, ago in ((0, timedelta(seconds=1)), (1, timedelta(hours=1))):
        key, value = row("channel", "doda", screened(1, 0), day=DAY - 90)
        read._take(record(partition, key, value, NOW - ago))

    assert read._days() == {"acme": NOW.date() - timedelta(days=90)}


def test_few_of_a_past_that_is_being_brought_in_is_no_news() -> None:
    """Decisions of a day come before all of its applications have: that they are few is known once everything is told."""
    few = rule(id="few", kpi="applications", at_least=20)
    read = round_of(AlertRules(rules=(few, rule(id="company"))))
    for day, tally in ((DAY - 90, {"applications": 1}), (DAY - 50, screened(0, 20))):
        read._take(record(0, *row("total", "all", tally, day=day), NOW))

    assert read._days() == {"acme": NOW.date() - timedelta(days=50)}
    assert [each.rule for each in read._changes(None, read._days())] == ["company"]
    assert {each.rule for each in read._changes(None, {"acme": NOW.date()}) if each.active} == {
        "few"
    }


def test_the_latest_day_is_one_of_what_rules_are_about() -> None:
    """A day of joining that is still to come says nothing of how far events have told."""
    sums = CellSums(RULES)
    sums.take(0, *row("channel", "doda", screened(1, 0), 1))
    sums.take(0, *row("channel", "doda", {"joined": 1}, 2, DAY + 30))

    assert sums.latest("acme") == DAY
