"""What was done about breaches is archived once, and measured against what became of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.alerting.actions import ACTIONS, BreachAction, identity
from schemas.alerting.breach import Breach
from schemas.kafka.topics import BREACH_ACTIONS, KPI_BREACHES
from sinks.clickhouse.rows import BreachRow
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, action_rows, breach_rows
from tests.schemas.alerting.test_reconcile import FIRST, bad, told

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def action(breach: Breach, what: str, at: datetime, key: str = "") -> BreachAction:
    """What the gateway writes."""
    named = identity(breach.tenant, breach.id, what, key)
    return BreachAction.model_validate(
        {
            "id": named,
            "tenant": breach.tenant,
            "breach": breach.id,
            "action": what,
            "at": at,
            "recorded": at,
        }
    )


def archived(client: Any, breach: Breach, *actions: BreachAction) -> None:
    """The records as they stand in Kafka, the last one first and every one twice."""
    writer, record = Writer(client), breach.model_dump_json().encode()
    writer.write(breach_rows(RecordPosition(KPI_BREACHES.name, 0, 1), record), f"b-{breach.tenant}")
    numbered = [(offset, each.model_dump_json().encode()) for offset, each in enumerate(actions)]
    for time in (1, 2):
        for offset, value in reversed(numbered):
            rows = action_rows(RecordPosition(BREACH_ACTIONS.name, 0, offset), value)
            writer.write(rows, f"a-{breach.tenant}-{offset}-{time}")


def case(tenant: str, **changed: Any) -> Breach:
    """A breach of a company of its own, told ten days ago."""
    (breach,) = told(bad(0), FIRST)
    return breach.model_copy(update={"tenant": tenant, "told": NOW - 10 * DAY, **changed})


def measured(client: Any, tenant: str, days: int = 14) -> dict[str, Any]:
    """Its one row."""
    query = f"select * from v_breach_actions(tenant = '{tenant}', days = {days})"
    (row,) = client.query(query).named_results()
    return dict(row)


def test_the_first_record_of_an_action_stands(client: Any) -> None:
    """A request that is repeated later changes nothing, whichever of the two is archived first."""
    breach = case("repeated")
    first, again = (action(breach, "accepted", NOW - n * DAY) for n in (8, 2))
    archived(client, breach, first, again)
    row = measured(client, "repeated")

    assert (row["accepted"].replace(tzinfo=UTC), row["actions"]) == (NOW - 8 * DAY, 1)
    assert row["hours"] == 48


def test_the_newest_action_stands_beside_the_breach(client: Any) -> None:
    """Newest is what was done last, not what was written last; nobody's action is nobody's."""
    breach = case("newest")
    archived(
        client,
        breach,
        action(breach, "accepted", NOW - 3 * DAY),
        action(breach, "done", NOW - DAY),
        action(breach, "ignored", NOW - 2 * DAY),
    )
    archived(client, case("silent"))
    query = "select tenant, last_action from v_breaches where tenant in ('newest', 'silent') order by tenant"

    assert client.query(query).result_rows == [("newest", "done"), ("silent", None)]


def test_columns_have_plain_names(client: Any) -> None:
    """Of what is joined only what is meant shows, and everything that was there is still there."""
    columns = [row[0] for row in client.query("describe table v_breaches").result_rows]

    assert not [each for each in columns if "." in each]
    assert {*BreachRow._fields} - {"version"} <= {*columns}
    assert columns[-7:] == [
        "active",
        "limit_days",
        "ja",
        "en",
        "unit",
        "last_action",
        "last_action_at",
    ]


def test_a_breach_without_an_action_is_measured_too(client: Any) -> None:
    """What suggestions are worth shows only beside those that nobody followed."""
    archived(client, case("idle"))
    row = measured(client, "idle")

    assert [row[each] for each in (*ACTIONS, "actions", "hours", "recovered")] == [
        *[None] * 3,
        *(0, None, None),
    ]


RECOVERED = {"state": "resolved", "ending": "recovered"}


@pytest.mark.parametrize(
    ("tenant", "breach", "days", "recovered"),
    [
        ("r-soon", RECOVERED | {"ended": NOW - 5 * DAY}, 14, 1),
        ("r-late", RECOVERED | {"ended": NOW - 1 * DAY}, 3, 0),
        ("r-never", {}, 3, 0),
        ("r-open", {}, 14, None),
        ("r-before", RECOVERED | {"ended": NOW - 9 * DAY}, 14, None),
        ("r-other", {"state": "resolved", "ending": "no_cases", "ended": NOW - DAY}, 14, None),
    ],
)
def test_whether_it_recovered_is_said_where_it_is_known(
    client: Any, tenant: str, breach: dict[str, Any], days: int, recovered: int | None
) -> None:
    """Within the days after `done`, eight days ago; nothing is claimed of what ended before or otherwise, or may still come."""
    held = case(tenant, **breach)
    archived(client, held, action(held, "done", NOW - 8 * DAY))

    assert measured(client, tenant, days)["recovered"] == recovered


def test_a_page_is_told_of_breaches_and_actions(client: Any) -> None:
    """The stamp that live pages follow changes with both."""
    query = "select stamp from v_freshness where tenant = 'stamped'"
    breach = case("stamped")
    archived(client, breach)
    before = client.query(query).result_rows
    archived(client, breach, action(breach, "ignored", NOW))

    assert before and client.query(query).result_rows != before
