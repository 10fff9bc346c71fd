"""Workable adapter: the candidate, one person for one job, as of the time of sending."""
