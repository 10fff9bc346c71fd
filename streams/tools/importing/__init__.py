"""`hirelay import`: convert tables and event logs to canonical events and send them through the gateway."""
