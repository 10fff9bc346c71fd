"""Verifies the signatures of the systems that send canonical events: Standard Webhooks 1.0."""

from streams.ingest.standard_webhooks import verify

__all__ = ["verify"]
