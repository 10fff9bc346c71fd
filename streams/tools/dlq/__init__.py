"""`hirelay dlq`: list, replay and drop quarantined deliveries."""
