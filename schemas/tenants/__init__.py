"""Tenants: configuration, stage and reason mappings, and business hours."""
