"""The whole stack on one machine without Docker: a real broker, an embedded ClickHouse, every role a process."""
