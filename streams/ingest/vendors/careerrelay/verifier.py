"""Verifies Career Relay's signatures: Standard Webhooks 1.0."""

from streams.ingest.standard_webhooks import verify

__all__ = ["verify"]
