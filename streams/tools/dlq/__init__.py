"""`hirelay dlq`: the quarantine, listed, repaired and replayed."""
