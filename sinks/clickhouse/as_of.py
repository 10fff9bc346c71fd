"""The instant that the numbers in ClickHouse are of."""

from datetime import UTC, datetime
from typing import Any


def read_as_of(client: Any) -> datetime:
    """Return the instant of the last change that the numbers include; what is read after it includes at least that.

    Raises the driver's errors.
    """
    ((as_of,),) = client.query("select as_of from v_as_of").result_rows
    instant: datetime = as_of
    return instant.replace(tzinfo=UTC)
