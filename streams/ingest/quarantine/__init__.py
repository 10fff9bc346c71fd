"""Deliveries set aside: encrypted, and processed again after a repair."""
