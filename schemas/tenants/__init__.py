"""Tenants: their configuration, and what stages, reasons and business hours mean to them."""
