"""Ingestion: verifies and translates webhooks, and answers success only after Kafka has acknowledged them."""
