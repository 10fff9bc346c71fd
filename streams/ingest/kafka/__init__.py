"""The gateway's Kafka side: packs, the producer, and the breaches it reads back."""
