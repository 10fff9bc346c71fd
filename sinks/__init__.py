"""Output adapters: ClickHouse, Alertmanager and Prometheus metrics."""
