"""Runs the whole stack on one machine without Docker: a real broker, an embedded ClickHouse, one process per role."""
