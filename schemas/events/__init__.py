"""Canonical events: what arrives, in which envelope, and how it is packed into Kafka records."""
