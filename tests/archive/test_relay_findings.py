"""What the ledgers say reaches the boards: published when it changes, with the sentence that says what may be concluded."""

from typing import Any

from schemas.relay.ledger import accept
from schemas.relay.policy import RelayCompany
from schemas.relay.state import State
from sinks.clickhouse.rows import RelayFinding
from streams.archive.relay_findings import CompanyLedger, publish, take
from tests.relay.season import season_findings
from tests.schemas.relay.builders import day, policies, policy, step

TENANT = "relay-findings"
COMPANY = RelayCompany(tenant=TENANT, page="https://relay.example/r", policies=(policy(),))
SHOWN = "select panel, name, n from v_relay_findings where tenant = {tenant:String} order by panel, position"


def test_findings_are_written_when_they_change(client: Any) -> None:
    """A second reading of the same ledger writes nothing, the next rejection does, and rows that no longer hold are gone."""
    state, ledgers = State(TENANT), dict[str, CompanyLedger]()
    rejected = step("rejected", "a").model_copy(update={"reason": "経験不足"})
    other = step("rejected", "b").model_copy(update={"reason": "スキル不足"})
    written = []
    for fact in (policies(), rejected, other):
        record = accept(state, fact, day(1))
        assert record is not None
        take(ledgers, record)
        written += [publish(client, ledgers[TENANT], COMPANY, day(60)) for _ in range(2)]

    rows = client.query(SHOWN, parameters={"tenant": TENANT}).result_rows
    client.command(f"delete from relay_findings where tenant = '{TENANT}'")

    assert written == [True, False] * 3
    assert [tuple(row) for row in rows] == [
        ("experience", "reapplied.not_invited", 2),
        ("experience", "experience.too_few", 0),
        ("reasons", "reasons.nothing", 0),
        ("reasons", "factor.skill", 2),
        ("reasons", "factor.years", 2),
    ]


def named(name: str) -> list[RelayFinding]:
    """The findings of a season with this name."""
    return [row for row in season_findings(TENANT) if row.name == name]


def test_a_finding_has_its_interval_and_what_may_be_concluded() -> None:
    """Experience stands out for doda; what the invited do is compared, and said to be no experiment."""
    doda = next(row for row in named("factor.years") if row.channel == "doda")
    (difference,) = named("reapplied.difference")

    assert doda.verdict == "reasons.stands_out"
    assert None not in (doda.low, doda.value, doda.high)
    assert (doda.low or 0) < (doda.value or 0) < (doda.high or 0)
    assert difference.verdict == "experience.chance"
    assert named("experience.no_experiment")
    assert named("experience.score")[0].value == 8.0
