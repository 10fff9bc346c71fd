"""Quarantined deliveries: encryption, and reprocessing after a repair."""
