"""The gateway's way into Kafka: packs, producer, and the breaches it reads back."""
