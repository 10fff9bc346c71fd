"""The edges out: ClickHouse, Kafka, metrics."""
