"""The Kafka topics, and the records of the topics that do not hold candidate events."""
