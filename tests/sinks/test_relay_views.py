"""The views of Career Relay say what its ledger says, in any order and however often its rows are inserted."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.relay.balance import balance
from schemas.relay.state import State
from sinks.clickhouse.writer import Writer
from tests.relay.season import relay_season

TENANT = "relay-season"
WINDOW = "first = '2026-04-01', last = '2026-06-30'"


@pytest.fixture(scope="module")
def state(client: Any) -> Iterator[State]:
    """The season, inserted twice in other orders."""
    ledger, rows = relay_season(TENANT)
    for seed in (1, 2):
        shuffled = random.Random(seed).sample(rows, len(rows))
        Writer(client).write(shuffled, f"relay-{seed}")
    client.command(
        "insert into tenants (id, position, name, timezone, language, currency, minor, version) "
        f"select '{TENANT}', 0, 'R', 'UTC', 'ja', 'JPY', 1, max(version) from tenants"
    )
    yield ledger
    for table, column in (("relay_ledger", "tenant"), ("tenants", "id")):
        client.command(f"delete from {table} where {column} = '{TENANT}'")


def rows(client: Any, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    return [tuple(row) for row in client.query(query).result_rows]


def test_the_balance_is_that_of_the_ledger(client: Any, state: State) -> None:
    """Persons, slots and money are equal."""
    figures = balance(state)
    names = "counted, verified, unverified, progress, granted, open, reserved, redeemed, expired, revoked, accrued, recovered"

    (row,) = rows(client, f"select {names} from v_relay_balance where tenant = '{TENANT}'")

    assert row == tuple(getattr(figures, name) for name in names.split(", "))
    assert (figures.counted, figures.redeemed, figures.progress) == (12, 1, 2)


def test_kpis_of_the_relay_are_like_all_others(client: Any, state: State) -> None:
    """They come from the same views, for the company, its channels and its jobs."""
    query = "select kpi, value from v_kpis(tenant = '{}', dimension = '{}', basis = 'decision', {}) where startsWith(kpi, 'relay_')"
    company = dict(rows(client, query.format(TENANT, "total", WINDOW)))
    channel = dict(rows(client, query.format(TENANT, "channel", WINDOW)))

    assert company["relay_counted"] == balance(state).counted
    assert company["relay_recovered"] == balance(state).recovered == 1_000_000
    assert (company["relay_invited"], company["relay_registration_rate"]) == (13, 1)
    assert channel["relay_eligible"] == 13
    assert (channel["relay_reasons"], channel["relay_reason_years"]) == (1, 1)


def test_a_slot_hire_is_carried_and_credited_never_credited_alone(
    client: Any, state: State
) -> None:
    """The gross fee of a slot's hire and its credit cancel out, so that net totals do not depend on the credit mode."""
    sums = dict(
        rows(
            client,
            f"select measure, sum(value) from v_relay_cells where tenant = '{TENANT}' and dimension = 'total' group by measure",
        )
    )

    assert sums["relay.carried"] == -sums["relay.credit"] == balance(state).recovered
    assert sums["relay.payback"] == -balance(state).recovered


def test_the_funnel_the_slots_and_the_reasons(client: Any, state: State) -> None:
    """Invited persons come so far in so many days; each slot and each reason has its row."""
    funnel = rows(
        client,
        f"select name, persons, of, days from v_relay_funnel(tenant = '{TENANT}', {WINDOW}) order by position",
    )

    assert funnel == [
        ("invited", 13, None, None),
        ("clicked", 0, 13, None),
        ("registered", 13, 13, 1.0),
        ("counted", 12, 13, 1.0),
    ]
    slots = f"select slot, toString(until), state, job_id, recovered from v_relay_slots where tenant = '{TENANT}'"
    assert rows(client, slots) == [(1, "2026-07-03", "redeemed", "j-9", 1_000_000)]
    void = f"select reason, persons from v_relay_void where tenant = '{TENANT}'"
    assert rows(client, void) == [("no_consent", 1)]
