"""Lever adapter: ids and timestamps of opportunity events, signed in the body."""
