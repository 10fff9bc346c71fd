"""Greenhouse's webhook payloads normalized to canonical events, one module per entity."""
