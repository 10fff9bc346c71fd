"""Cells of all partitions become breaches, and only records that differ are written."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from schemas.alerting.alert_texts import summary
from schemas.alerting.breach import Breach
from schemas.alerting.rules import AlertRules
from schemas.cells import Cell, CellKey, Tally, encode_cell, encode_key
from schemas.instants import EPOCH_DAY
from schemas.relay.entries import Record
from schemas.relay.facts import Fact
from schemas.relay.ledger import accept
from schemas.relay.state import State
from schemas.tenants.config import Secret, Tenancy, Tenant
from sinks.metrics import WatchMetrics
from streams.alerting.breach_log import BreachWriter
from streams.alerting.cells import CellSums
from streams.alerting.judge import Judge
from streams.alerting.watch import QUIET_PERIOD, Watched, _WatchSession, effective_day
from streams.configuration.settings import Settings
from streams.kafka.relay_ledger import encode_record
from tests.schemas.alerting.test_rules import rule, screened
from tests.schemas.relay.builders import day as relay_day
from tests.schemas.relay.builders import policies, step

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


def session_for(rules: AlertRules) -> _WatchSession:
    """A watch session that has read nothing yet and writes nowhere."""
    rules_in_force = Watched(rules=rules, tenancy=tenancy(), mtimes=())
    return _WatchSession(Settings(), WatchMetrics(), lambda: NOW, rules_in_force, BreachWriter(""))


def record(partition: int, key: bytes, value: bytes, at: datetime) -> SimpleNamespace:
    """A cell as it is consumed."""
    fields = {"topic": "kpi-cells", "partition": partition, "timestamp": int(at.timestamp() * 1000)}
    return SimpleNamespace(key=key, value=value, **fields)


def evaluate(sums: CellSums, judge: Judge, rules: AlertRules = RULES) -> list[Breach]:
    """Evaluate everything once and remember the records as written."""
    breaches = judge.changes(sums, None, lambda _: date(2026, 4, 1), NOW)
    judge.record(breaches)
    return breaches


def test_partitions_are_added_and_repeats_are_not() -> None:
    """A cell is the sum of its partitions' latest rows, whatever their order and repetition."""
    sums = CellSums(RULES)
    for partition, offset, passed in ((0, 5, 3), (1, 2, 4), (0, 5, 3), (0, 4, 9), (1, 7, 6)):
        sums.apply(partition, *row("channel", "doda", screened(passed, 1), offset))
    (series,) = sums.apply(2, *row("channel", "doda", screened(1, 0)))

    assert sums.days(series) == {DAY: {"passed.screening": 10, "failed.screening": 2}}


def test_a_cell_that_returns_to_nothing_leaves_no_day() -> None:
    """A day whose counts were corrected to zero is absent."""
    sums = CellSums(RULES)
    sums.apply(0, *row("channel", "doda", screened(1, 0), 1))
    (series,) = sums.apply(0, *row("channel", "doda", screened(0, 0), 2))

    assert sums.days(series) == {}


def test_the_company_and_the_channel_are_told_each_once() -> None:
    """Two rules open one breach each; the company's names its main channel; the next pass writes nothing."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    for dimension, member in (("total", "all"), ("channel", "doda")):
        sums.apply(0, *row(dimension, member, screened(60, 40), day=DAY - 60))
        sums.apply(0, *row(dimension, member, screened(5, 45)))
    sums.apply(0, *row("channel", "other", screened(3, 2)))
    by_rule = {breach.rule: breach for breach in evaluate(sums, judge)}

    assert set(by_rule) == {"company", "channels"}
    assert by_rule["channels"].member == "doda"
    assert by_rule["company"].segment is not None
    assert by_rule["company"].segment.member == "doda"
    assert by_rule["company"].language == "en"
    assert evaluate(sums, judge) == []


def test_the_channel_is_named_also_when_its_cell_comes_later() -> None:
    """A pass may run between the company's cell and the channel's, and the channel is still named."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    sums.apply(0, *row("channel", "doda", screened(60, 40), day=DAY - 60))
    states = []
    for dimension, member in (("total", "all"), ("channel", "doda")):
        touched = sums.apply(0, *row(dimension, member, screened(5, 45)))
        breaches = judge.changes(sums, touched, lambda _: NOW.date(), NOW)
        judge.record(breaches)
        states += [(breach.rule, breach.state, breach.segment is not None) for breach in breaches]

    assert states == [
        ("company", "opened", False),
        ("company", "updated", True),
        ("channels", "opened", False),
    ]
    assert evaluate(sums, judge) == []


def test_what_an_open_breach_comes_from_is_of_its_own_day() -> None:
    """A late event of the previous day, after midnight, does not move the breach back a day."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    for dimension, member in (("total", "all"), ("channel", "doda")):
        sums.apply(0, *row(dimension, member, screened(5, 45)))
    evaluate(sums, judge)

    assert judge.changes(sums, None, lambda _: NOW.date() - timedelta(days=1), NOW) == []


def test_a_restarted_watch_writes_nothing_it_wrote_before() -> None:
    """All state is in Kafka, so a restarted watch has nothing to add."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    sums.apply(0, *row("total", "all", screened(5, 45)))
    written = evaluate(sums, judge)
    restarted = Judge(RULES, tenancy())
    restarted.record(Breach.model_validate_json(breach.model_dump_json()) for breach in written)

    assert [breach.state for breach in written] == ["opened"]
    assert evaluate(sums, restarted) == []


def test_breaches_of_a_rule_that_is_gone_are_withdrawn() -> None:
    """Deleting a rule withdraws its breaches."""
    sums, judge = CellSums(RULES), Judge(RULES, tenancy())
    sums.apply(0, *row("total", "all", screened(5, 45)))
    written = evaluate(sums, judge)
    without_rules = Judge(AlertRules(rules=()), tenancy())
    without_rules.record(written)
    (withdrawn,) = without_rules.withdrawals(NOW)

    assert (withdrawn.id, withdrawn.state, withdrawn.ending) == (
        written[0].id,
        "resolved",
        "withdrawn",
    )


def test_a_past_that_is_brought_in_is_judged_by_its_own_days() -> None:
    """A company's day is its latest event's until it is quiet; then, or without events, it is the clock's."""
    latest = date(2026, 1, 5).toordinal() - EPOCH_DAY
    today = NOW.date()

    assert effective_day(today, latest, NOW, NOW + QUIET_PERIOD / 2) == date(2026, 1, 5)
    assert effective_day(today, latest, NOW, NOW + QUIET_PERIOD) == today
    assert effective_day(today, None, None, NOW) == today
    assert effective_day(today, DAY + 30, NOW, NOW) == today


def test_a_company_is_as_quiet_as_its_latest_record() -> None:
    """Partitions are read one after another, and the last one read may have been idle for an hour."""
    session = session_for(RULES)
    for partition, ago in ((0, timedelta(seconds=1)), (1, timedelta(hours=1))):
        key, value = row("channel", "doda", screened(1, 0), day=DAY - 90)
        session._apply(record(partition, key, value, NOW - ago))

    assert session._effective_days() == {"acme": NOW.date() - timedelta(days=90)}


def test_few_of_a_past_that_is_being_brought_in_is_no_news() -> None:
    """During an import, decisions may precede applications, so a low count is judged only at its end."""
    few = rule(id="few", kpi="applications", at_least=20)
    session = session_for(AlertRules(rules=(few, rule(id="company"))))
    for day, tally in ((DAY - 90, {"applications": 1}), (DAY - 50, screened(0, 40))):
        session._apply(record(0, *row("total", "all", tally, day=day), NOW))

    assert session._effective_days() == {"acme": NOW.date() - timedelta(days=50)}
    assert [breach.rule for breach in session._changes(None, session._effective_days())] == [
        "company"
    ]
    assert {
        breach.rule for breach in session._changes(None, {"acme": NOW.date()}) if breach.active
    } == {"few"}


def test_the_latest_day_is_one_of_what_rules_are_about() -> None:
    """A future joining date does not advance the company's day."""
    sums = CellSums(RULES)
    sums.apply(0, *row("channel", "doda", screened(1, 0), 1))
    sums.apply(0, *row("channel", "doda", {"joined": 1}, 2, DAY + 30))

    assert sums.latest_day("acme") == DAY


def test_a_shift_in_why_a_channel_is_rejected_is_a_breach() -> None:
    """After twenty weeks at one in five, doda is rejected for experience four times in five: only that channel is reported."""
    changed = rule(
        id="reasons",
        kpi="relay_reason_years",
        kind="change",
        dimension="channel",
        member="*",
        at_least=None,
    )
    session = session_for(AlertRules(rules=(changed,)))
    state = State("acme")
    for fact in (policies(), *rejections()):
        entry = accept(state, fact, fact.at)
        assert entry is not None
        session._apply(ledger_record(entry))

    breaches = session._judge.changes(
        session._sums, None, lambda _: relay_day(200).date(), relay_day(200)
    )

    assert session._sums.reads_ledger
    (breach,) = breaches
    assert (breach.member, breach.rule) == ("doda", "reasons")
    assert 'Rejections for years of experience of channel "doda" rose' in summary(breach)


def rejections() -> Iterator[Fact]:
    """One rejection a day of each of three channels: every fifth for experience, at doda later four in five."""
    for number in range(200):
        for channel in ("doda", "Green", "Wantedly"):
            shifted = channel == "doda" and number >= 140
            is_years = (number % 5 == 0) != shifted
            fact = step("rejected", f"{channel}-{number}", number)
            yield fact.model_copy(
                update={"channel": channel, "factor": "years" if is_years else "skill"}
            )


def ledger_record(entry: Record) -> SimpleNamespace:
    """A record of the relay's ledger as it is consumed."""
    fields = {"topic": "relay-ledger", "partition": 0, "timestamp": 0, "key": entry.key}
    return SimpleNamespace(value=encode_record(entry), **fields)
