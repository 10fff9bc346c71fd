"""What the commands of `hirelay members` do: import names, list them, remove them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.kafka.member_names import MemberKind, MemberName, removals
from schemas.tenants.config import Tenant
from streams.configuration.settings import Settings
from streams.kafka import directory
from streams.tools.auditing import note
from streams.tools.members.sheet import read_sheet
from streams.tools.tables import TableColumn, TextTable

# An employee has the same name in three dimensions; one of them is listed.
NAMES = """
select if(dimension = 'interviewer', 'person', dimension) as kind, member, name
from v_members
where tenant = {tenant:String} and dimension in ('job', 'department', 'interviewer')
order by indexOf(['job', 'department', 'person'], kind), name, member
"""


def import_names(settings: Settings, tenant: Tenant, path: Path, now: datetime) -> str:
    """Write the names of a file, whole or not at all, and say how many; raise Malformed and Unavailable."""
    names = [
        MemberName(
            tenant=tenant.id, kind=row.kind, member=row.id, source="imported", name=row.name, at=now
        )
        for row in read_sheet(path, tenant)
    ]
    directory.record(settings, names)
    counts = _counts(names)
    note(settings, "named", "members", counts, tenant.id)
    return f"Imported {counts}; boards, kpi show and reports have them within seconds."


def remove_names(
    settings: Settings, tenant: str, kind: MemberKind, ids: Sequence[str], now: datetime
) -> str:
    """Remove the names of these members, or of all of a kind, and say how many; raise Unavailable."""
    members = ids or sorted(
        {
            name.member
            for name in directory.read(settings, tenant)
            if name.kind == kind and name.name
        }
    )
    records = [name for member in members for name in removals(tenant, kind, member, now)]
    directory.record(settings, records)
    note(settings, "erased", "members", f"{len(members)} {kind}", tenant)
    return f"Removed {len(members)} {kind}; the ids stay, and so do all numbers."


def names_table(client: Any, tenant: str) -> TextTable:
    """Return the names that boards show."""
    rows = client.query(NAMES, parameters={"tenant": tenant}).result_rows
    return TextTable(
        columns=[
            TableColumn(title="kind"),
            TableColumn(title="id"),
            TableColumn(title="name", prose=True),
        ],
        rows=[tuple(row) for row in rows],
    )


def _counts(names: Sequence[MemberName]) -> str:
    counts = Counter(name.kind for name in names)
    return ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())) or "no names"
