"""The cells of the members that an alert rule watches, from ClickHouse."""

from datetime import date
from typing import Any

from schemas.alerting.rule import AlertRule
from schemas.cells import Tally
from schemas.instants import day_number

CELLS_QUERY = """
select
    member,
    day,
    measure,
    sum(value) as n
from v_cells
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and ({member:String} = '*' or member = {member:String})
    and basis in {bases:Array(String)}
    and day <= {as_of:Date}
    and (measure in {names:Array(String)} or arrayExists(start -> startsWith(measure, start), {starts:Array(String)}))
group by member, day, measure
having n != 0
"""


def query_members(client: Any, rule: AlertRule, as_of: date) -> dict[str, dict[int, Tally]]:
    """The cells of every member that the rule covers, by day since 1970-01-01, up to `as_of`."""
    measures = rule.definition.measures
    parameters = {
        "tenant": rule.tenant,
        "dimension": rule.dimension,
        "member": rule.member,
        "bases": [*rule.bases()],
        "as_of": as_of,
        "names": [name for name in measures if not name.endswith(".*")],
        "starts": [name[:-1] for name in measures if name.endswith(".*")],
    }
    cells: dict[str, dict[int, Tally]] = {}
    for member, day, measure, n in client.query(CELLS_QUERY, parameters=parameters).result_rows:
        cells.setdefault(member, {}).setdefault(day_number(day), {})[measure] = int(n)
    return cells
