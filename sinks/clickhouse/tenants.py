"""Publishes the tenants to ClickHouse, so that boards know their time zones and currencies."""

from typing import Any

from schemas.money import decimals
from schemas.tenants.config import Tenancy, Tenant
from sinks.clickhouse.rows import TenantRow
from sinks.clickhouse.writer import Writer

PUBLISHED = """
select *
from v_tenants
order by position
"""


def publish(client: Any, tenancy: Tenancy) -> bool:
    """Write the tenants if they have changed; return whether they have."""
    rows = [_row(number, tenant) for number, tenant in enumerate(tenancy.tenants)]
    if [tuple(row) for row in client.query(PUBLISHED).result_rows] == [row[:-1] for row in rows]:
        return False
    if not rows:
        client.command("truncate table tenants")
    ((version,),) = client.query("select max(version) + 1 from tenants").result_rows
    Writer(client).write([row._replace(version=version) for row in rows], f"tenants-{version}")
    return True


def _row(position: int, tenant: Tenant) -> TenantRow:
    return TenantRow(
        id=tenant.id,
        position=position,
        name=tenant.name,
        timezone=tenant.timezone,
        language=tenant.language,
        currency=tenant.currency,
        minor=10 ** decimals(tenant.currency),
        names=tenant.names,
        version=0,
    )
