"""ClickHouse: writes batches of absolute rows, reads KPIs from views; over HTTP or embedded with the same client."""
