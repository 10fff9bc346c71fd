"""Settle what the rows of all files of a run say of each application: order, contradictions, and what is new."""
