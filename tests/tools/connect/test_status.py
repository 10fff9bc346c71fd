"""Connection status: counts are summed over all gateways, and one piece of advice fits the situation."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from schemas.tenants.business_hours import business_hours
from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import ConnectionCount, Quarantined
from sinks.clickhouse.writer import Writer
from streams.tools.connect.status import ConnectionStatus, as_json, connection_statuses, render
from tests.ingest import gateways

NOW = datetime.now(UTC).replace(microsecond=0)  # entries are shown for as long as Kafka keeps them
THURSDAY = datetime(
    2026, 11, 26, 3, tzinfo=UTC
)  # noon in Tokyo; Monday was Labour Thanksgiving Day
HOUR = timedelta(hours=1)


def count_row(  # noqa: PLR0917 - one row
    run: str, what: str, name: str, total: int, version: int, last: datetime = NOW
) -> ConnectionCount:
    """A count reported by one gateway process."""
    return ConnectionCount(
        "acme", "acme-ashby", "ashby", run, what, name, total, last - HOUR, version
    )


def status_of(client: Any, connection: str) -> ConnectionStatus:
    """The status of one connection of the test tenancy."""
    statuses = connection_statuses(client, gateways.tenancy(), Path())
    return next(status for status in statuses if status.connection == connection)


def test_counts_of_all_runs_add_up(client: Any) -> None:
    """Counts of restarted gateways add up; late or duplicate reports change nothing."""
    rows = [
        count_row("r1", "outcome", "accepted", 5, 1),
        count_row("r1", "outcome", "accepted", 7, 2),
        count_row("r2", "outcome", "accepted", 3, 3),
        count_row("r2", "event", "applicationSubmit", 2, 4),
        count_row("r2", "signature", "refused", 1, 5, NOW - HOUR),
        count_row("r1", "not_counted", "posting.published", 4, 6),
        count_row("r2", "not_counted", "posting.published", 1, 7),
    ]
    for number, row in enumerate([*rows, rows[0]]):
        Writer(client).write([row], f"health-{number}")
    health = status_of(client, "acme-ashby")

    assert health.deliveries == {"accepted": 10}
    assert health.silent_for(NOW) == HOUR
    assert health.signature_failures == 1
    assert health.not_counted == {"posting.published": 5}
    assert "candidateHire" in health.never_seen
    assert "applicationSubmit" not in health.never_seen


def test_open_entries_are_counted_by_reason(client: Any) -> None:
    """Replayed and dropped entries are not counted."""

    def entry(number: int, state: str) -> Quarantined:
        return Quarantined(
            *(f"e{number}", "acme", "acme-lever", "lever", "", "unmapped_event", "x", NOW, "r"),
            *(0, number, state, "", False),
        )

    Writer(client).write([entry(1, "open"), entry(2, "open")], "entries-1")
    Writer(client).write([entry(2, "dropped")._replace(src_offset=9)], "entries-2")

    assert status_of(client, "acme-lever").quarantine == {"unmapped_event": 1}
    assert status_of(client, "acme-workable") == ConnectionStatus(
        tenant="acme",
        business_hours=business_hours("Asia/Tokyo", "JP"),
        connection="acme-workable",
        vendor="workable",
        secrets=1,
        last=None,
    )


def status(**fields: Any) -> ConnectionStatus:
    """A healthy connection, except for the fields passed."""
    healthy = {"last": THURSDAY - HOUR, "deliveries": {"accepted": 9}, "secrets": 1}
    identity = {"tenant": "acme", "business_hours": business_hours("Asia/Tokyo", "JP")}
    return ConnectionStatus(**identity | {"connection": "c", "vendor": "ashby"} | healthy | fields)


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({}, ""),
        ({"secrets": 0}, "add the vendor's secret"),
        ({"last": None}, "send a test"),
        ({"last_refused": THURSDAY, "signature_failures": 1}, "compare the secret"),
        ({"last_refused": THURSDAY - 2 * HOUR, "signature_failures": 1}, ""),
        ({"quarantine": {"unmapped_event": 1}}, "hirelay dlq list"),
        ({"never_seen": ("offerUpdate",)}, "select the missing events"),
        ({"last": THURSDAY - 40 * HOUR}, "still enabled"),
    ],
)
def test_advice_is_about_what_matters_most(fields: dict[str, Any], advice: str) -> None:
    """There is one next step, and none if all is well."""
    advice_text = status(**fields).advice(THURSDAY)

    assert advice_text.startswith(advice) or advice in advice_text
    assert bool(advice_text) == bool(advice)


def test_silence_on_days_off_needs_no_action() -> None:
    """Silence over a weekend and a holiday counts no more than silence overnight."""
    friday, tuesday = THURSDAY - 140 * HOUR, THURSDAY - 48 * HOUR

    assert status(last=friday).advice(tuesday) == ""
    assert "still enabled" in status(last=friday).advice(tuesday + 5 * HOUR)


def test_the_json_contains_every_connection(client: Any) -> None:
    """The JSON contains every configured connection, in configuration order."""
    tenancy: Tenancy = gateways.tenancy()
    entries = json.loads(as_json(connection_statuses(client, tenancy, Path()), NOW))

    assert [entry["connection"] for entry in entries] == [
        c.id for c in tenancy.tenants[0].connections
    ]
    assert {"last", "silent_for_s", "never_seen", "quarantine", "not_counted", "advice"} <= set(
        entries[0]
    )


def test_events_that_no_number_contains_are_shown() -> None:
    """The table names the types that are not counted yet, which needs no action."""
    health, console = status(not_counted={"relay.outcome": 7}), Console(width=200, file=StringIO())
    render([health], THURSDAY, console, as_table=True)

    assert "not counted yet: relay.outcome 7" in console.file.getvalue()  # type: ignore[attr-defined]
    assert health.advice(THURSDAY) == ""
