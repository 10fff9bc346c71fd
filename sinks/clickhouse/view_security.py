"""Let somebody read a view who may not read what is under it."""

from typing import Any

OPEN = """
select name
from system.tables
where database = currentDatabase()
    and engine = 'View'
    and startsWith(name, 'v_')
    and position(create_table_query, 'SQL SECURITY DEFINER') = 0
order by name
"""


def seal(client: Any) -> None:
    """Make every view read by the rights of the user who migrates, whoever asks.

    By itself a view of ClickHouse reads by the rights of the asker, who would need them on every base table as well. A
    view that a migration replaces loses this, so it is looked for every time.
    """
    for (name,) in client.query(OPEN).result_rows:
        client.command(f"alter table {name} modify sql security definer definer = current_user")
