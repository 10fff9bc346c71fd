"""A connection that asks every question once: a report in several languages then takes no longer, and all have the same numbers."""

from typing import Any


class ReadOnce:
    """Answers a repeated query from memory, for as long as reports are made of one moment.

    It has the only method of a ClickHouse connection that reports use, and raises what the connection raises.
    """

    def __init__(self, client: Any) -> None:
        """`client` is a ClickHouse connection with the rights of a reader."""
        self._client = client
        self._results: dict[tuple[str, str], Any] = {}

    def query(self, sql: str, parameters: dict[str, Any] | None = None) -> Any:
        """Return the result of the query; nothing is kept of one that fails."""
        key = (sql, repr(sorted((parameters or {}).items())))
        if key not in self._results:
            self._results[key] = self._client.query(sql, parameters=parameters)
        return self._results[key]
