"""Workable: the candidate as of sending, who is one person for one job."""
