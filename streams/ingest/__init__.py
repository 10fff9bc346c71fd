"""The way in: webhooks are verified, translated, acknowledged by Kafka, and only then answered with success."""
