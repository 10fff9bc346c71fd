"""The configured tenants are published to ClickHouse."""

from typing import Any

from schemas.tenants.config import Tenancy
from sinks.clickhouse import tenants
from tests.ingest.gateways import tenancy


def company(**changes: Any) -> Tenancy:
    """The tenant of the tests, with changes."""
    (acme,) = tenancy().tenants
    return Tenancy(tenants=(acme.model_copy(update=changes),))


def test_configured_tenants_are_published(client: Any) -> None:
    """Time zone and currency are published; publishing the same configuration again writes nothing."""
    assert tenants.publish(client, company(currency="KWD"))
    assert not tenants.publish(client, company(currency="KWD"))

    rows = client.query("select id, timezone, currency, minor from v_tenants").result_rows
    assert rows == [("acme", "Asia/Tokyo", "KWD", 1000)]


def test_a_removed_tenant_is_not_shown(client: Any) -> None:
    """The view shows only the latest configuration, and never a secret."""
    tenants.publish(client, company(id="before"))
    tenants.publish(client, company(id="after", timezone="America/New_York"))

    (row,) = client.query("select * from v_tenants").named_results()
    assert (row["id"], row["timezone"]) == ("after", "America/New_York")
    assert tenants.publish(client, Tenancy(tenants=()))
    assert not client.query("select * from v_tenants").result_rows
    assert set(row) == {
        "id",
        "position",
        "name",
        "timezone",
        "language",
        "currency",
        "minor",
        "names",
    }
