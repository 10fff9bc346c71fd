"""ClickHouse: batches of absolute rows in, finished numbers out of views; over HTTP or embedded, the same client."""
