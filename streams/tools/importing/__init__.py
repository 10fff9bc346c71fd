"""`hirelay import`: tables and event logs become canonical events, and go through the gateway's front door."""
