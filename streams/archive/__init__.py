"""The archiver role: Kafka topics into ClickHouse tables, and embedded reads over ClickHouse's own HTTP protocol."""
