"""Grants access to views without access to their base tables."""

from typing import Any

UNSECURED_VIEWS = """
select name
from system.tables
where database = currentDatabase()
    and engine = 'View'
    and startsWith(name, 'v_')
    and position(create_table_query, 'SQL SECURITY DEFINER') = 0
order by name
"""


def set_definer(client: Any) -> None:
    """Make every view run with the migrator's privileges.

    By default a ClickHouse view runs with the privileges of the querying user, who would need access to every base table
    too. A view that a migration replaces loses the setting, so it is checked every time.
    """
    for (name,) in client.query(UNSECURED_VIEWS).result_rows:
        client.command(f"alter table {name} modify sql security definer definer = current_user")
