"""The archiver role: Kafka topics into ClickHouse tables, and read access to the embedded engine over HTTP."""
