"""Ashby's events as canonical events, by entity."""
