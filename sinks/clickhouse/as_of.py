"""The instant that the numbers in ClickHouse are of."""

from datetime import UTC, datetime
from typing import Any

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # of the view while there are no numbers


def read_as_of(client: Any) -> datetime | None:
    """Return the instant of the last change that the numbers include; what is read after it includes at least that.

    None while there are no numbers. Raises the driver's errors.
    """
    ((as_of,),) = client.query("select as_of from v_as_of").result_rows
    instant: datetime = as_of.replace(tzinfo=UTC)
    return None if instant == NEVER else instant
