"""How a webhook is doing: counts of all gateways added up, and one piece of advice that fits."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.tenants.business_hours import office
from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import ConnectionCount, Quarantined
from sinks.clickhouse.writer import Writer
from streams.tools.connect.status import ConnectionStatus, as_json, healths
from tests.ingest import gateways

NOW = datetime.now(UTC).replace(microsecond=0)  # entries are shown for as long as Kafka keeps them
THURSDAY = datetime(
    2026, 11, 26, 3, tzinfo=UTC
)  # noon in Tokyo; Monday was Labour Thanksgiving Day
HOUR = timedelta(hours=1)


def counted(  # noqa: PLR0917 - one row
    run: str, what: str, name: str, total: int, version: int, last: datetime = NOW
) -> ConnectionCount:
    """What one gateway process says of the connection."""
    return ConnectionCount(
        "acme", "acme-ashby", "ashby", run, what, name, total, last - HOUR, version
    )


def found(client: Any, connection: str) -> ConnectionStatus:
    """One of the connections of the tests."""
    every = healths(client, gateways.tenancy(), Path())
    return next(each for each in every if each.connection == connection)


def test_counts_of_every_run_add_up(client: Any) -> None:
    """A restarted gateway counts from 0 again; a late or doubled report changes nothing."""
    rows = [
        counted("r1", "outcome", "accepted", 5, 1),
        counted("r1", "outcome", "accepted", 7, 2),
        counted("r2", "outcome", "accepted", 3, 3),
        counted("r2", "event", "applicationSubmit", 2, 4),
        counted("r2", "signature", "refused", 1, 5, NOW - HOUR),
    ]
    for number, row in enumerate([*rows, rows[0]]):
        Writer(client).write([row], f"health-{number}")
    health = found(client, "acme-ashby")

    assert health.deliveries == {"accepted": 10}
    assert health.silent_for(NOW) == HOUR
    assert health.signature_failures == 1
    assert "candidateHire" in health.never_seen
    assert "applicationSubmit" not in health.never_seen


def test_open_entries_are_counted_by_reason(client: Any) -> None:
    """What was replayed or dropped is no longer a matter."""

    def entry(number: int, state: str) -> Quarantined:
        return Quarantined(
            *(f"e{number}", "acme", "acme-lever", "lever", "", "unmapped_event", "x", NOW, "r"),
            *(0, number, state, "", False),
        )

    Writer(client).write([entry(1, "open"), entry(2, "open")], "entries-1")
    Writer(client).write([entry(2, "dropped")._replace(src_offset=9)], "entries-2")

    assert found(client, "acme-lever").quarantine == {"unmapped_event": 1}
    assert found(client, "acme-workable") == ConnectionStatus(
        tenant="acme",
        office=office("Asia/Tokyo", "JP"),
        connection="acme-workable",
        vendor="workable",
        secrets=1,
        last=None,
    )


def health(**known: Any) -> ConnectionStatus:
    """A connection that is well, unless told otherwise."""
    well = {"last": THURSDAY - HOUR, "deliveries": {"accepted": 9}, "secrets": 1}
    where = {"tenant": "acme", "office": office("Asia/Tokyo", "JP")}
    return ConnectionStatus(**where, connection="c", vendor="ashby", **{**well, **known})


@pytest.mark.parametrize(
    ("known", "advice"),
    [
        ({}, ""),
        ({"secrets": 0}, "give it the vendor's secret"),
        ({"last": None}, "send a test"),
        ({"last_refused": THURSDAY, "signature_failures": 1}, "compare the secret"),
        ({"last_refused": THURSDAY - 2 * HOUR, "signature_failures": 1}, ""),
        ({"quarantine": {"unmapped_event": 1}}, "hirelay dlq list"),
        ({"never_seen": ("offerUpdate",)}, "tick the missing events"),
        ({"last": THURSDAY - 40 * HOUR}, "still switched on"),
    ],
)
def test_advice_is_about_what_matters_most(known: dict[str, Any], advice: str) -> None:
    """One thing to do next; none where all is well."""
    said = health(**known).advice(THURSDAY)

    assert said.startswith(advice) or advice in said
    assert bool(said) == bool(advice)


def test_no_advice_is_given_for_a_silence_of_days_off() -> None:
    """From Friday afternoon over a weekend and a holiday to Tuesday, as little as overnight."""
    friday, tuesday = THURSDAY - 140 * HOUR, THURSDAY - 48 * HOUR

    assert health(last=friday).advice(tuesday) == ""
    assert "still switched on" in health(last=friday).advice(tuesday + 5 * HOUR)


def test_programs_read_all_of_it(client: Any) -> None:
    """As JSON, with every connection of the configuration, in its order."""
    tenancy: Tenancy = gateways.tenancy()
    read = json.loads(as_json(healths(client, tenancy, Path()), NOW))

    assert [each["connection"] for each in read] == [c.id for c in tenancy.tenants[0].connections]
    assert {"last", "silent_for_s", "never_seen", "quarantine", "advice"} <= set(read[0])
