"""Canonical events: their data, their envelope, and their packing into Kafka records."""
