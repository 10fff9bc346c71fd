"""Actions on breaches are archived once and measured against the outcome of the breach."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.alerting.actions import ACTIONS, BreachAction, action_id
from schemas.alerting.breach import Breach
from schemas.kafka.topics import BREACH_ACTIONS, KPI_BREACHES
from sinks.clickhouse.rows import BreachRow
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, action_rows, breach_rows
from tests.schemas.alerting.test_reconcile import FIRST, bad, breaches_after

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def create_action(breach: Breach, what: str, at: datetime, key: str = "") -> BreachAction:
    """Create an action as the gateway writes it."""
    return BreachAction.model_validate(
        {
            "id": action_id(breach.tenant, breach.id, what, key),
            "tenant": breach.tenant,
            "breach": breach.id,
            "action": what,
            "at": at,
            "recorded": at,
        }
    )


def archive(client: Any, breach: Breach, *actions: BreachAction) -> None:
    """Archive the records as they are in Kafka, last one first and each one twice."""
    writer, record = Writer(client), breach.model_dump_json().encode()
    writer.write(breach_rows(RecordPosition(KPI_BREACHES.name, 0, 1), record), f"b-{breach.tenant}")
    numbered = [
        (offset, action.model_dump_json().encode()) for offset, action in enumerate(actions)
    ]
    for attempt in (1, 2):
        for offset, value in reversed(numbered):
            rows = action_rows(RecordPosition(BREACH_ACTIONS.name, 0, offset), value)
            writer.write(rows, f"a-{breach.tenant}-{offset}-{attempt}")


def breach_of(tenant: str, **changed: Any) -> Breach:
    """Create a breach of its own tenant, reported ten days ago."""
    (breach,) = breaches_after(bad(0), FIRST)
    return breach.model_copy(update={"tenant": tenant, "told": NOW - 10 * DAY, **changed})


def measure(client: Any, tenant: str, days: int = 14) -> dict[str, Any]:
    """Return the single row of the tenant."""
    query = f"select * from v_breach_actions(tenant = '{tenant}', days = {days})"
    (row,) = client.query(query).named_results()
    return dict(row)


def test_the_first_record_of_an_action_wins(client: Any) -> None:
    """A request repeated later changes nothing, whichever of the two is archived first."""
    breach = breach_of("repeated")
    first, again = (create_action(breach, "accepted", NOW - n * DAY) for n in (8, 2))
    archive(client, breach, first, again)
    row = measure(client, "repeated")

    assert (row["accepted"].replace(tzinfo=UTC), row["actions"]) == (NOW - 8 * DAY, 1)
    assert row["hours"] == 48


def test_the_newest_action_is_shown_with_the_breach(client: Any) -> None:
    """The newest action is the one done last, not the one written last; a breach without actions has none."""
    breach = breach_of("newest")
    archive(
        client,
        breach,
        create_action(breach, "accepted", NOW - 3 * DAY),
        create_action(breach, "done", NOW - DAY),
        create_action(breach, "ignored", NOW - 2 * DAY),
    )
    archive(client, breach_of("silent"))
    query = "select tenant, last_action from v_breaches where tenant in ('newest', 'silent') order by tenant"

    assert client.query(query).result_rows == [("newest", "done"), ("silent", None)]


def test_columns_have_plain_names(client: Any) -> None:
    """Joined columns have plain names, and all previous columns still exist."""
    columns = [row[0] for row in client.query("describe table v_breaches").result_rows]

    assert not [name for name in columns if "." in name]
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
    """Breaches without actions are measured too, for comparison with those acted upon."""
    archive(client, breach_of("idle"))
    row = measure(client, "idle")

    assert [row[column] for column in (*ACTIONS, "actions", "hours", "recovered")] == [
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
def test_recovery_is_reported_where_it_is_known(
    client: Any, tenant: str, breach: dict[str, Any], days: int, recovered: int | None
) -> None:
    """Recovery counts within the days after `done`, which was eight days ago.

    It is unknown if the breach ended before or for another reason, or may still recover.
    """
    reported = breach_of(tenant, **breach)
    archive(client, reported, create_action(reported, "done", NOW - 8 * DAY))

    assert measure(client, tenant, days)["recovered"] == recovered


def test_breaches_and_actions_change_the_freshness_stamp(client: Any) -> None:
    """The freshness stamp that live pages follow changes with breaches and with actions."""
    query = "select stamp from v_freshness where tenant = 'stamped'"
    breach = breach_of("stamped")
    archive(client, breach)
    before = client.query(query).result_rows
    archive(client, breach, create_action(breach, "ignored", NOW))

    assert before and client.query(query).result_rows != before
