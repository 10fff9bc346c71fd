"""Kafka as every role uses it: topics, epochs, consumer groups and lag."""
