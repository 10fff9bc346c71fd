"""The names of members, where the directory has them."""

from typing import Any

from schemas.kafka.member_names import KIND_OF_DIMENSION

NAMES = """
select member, name
from v_members
where tenant = {tenant:String} and dimension = {dimension:String}
"""


def fetch_names(client: Any, tenant: str, dimension: str) -> dict[str, str]:
    """Return the known names by member id; members of other dimensions are names themselves."""
    if dimension not in KIND_OF_DIMENSION:
        return {}
    parameters = {"tenant": tenant, "dimension": dimension}
    return dict(client.query(NAMES, parameters=parameters).result_rows)
