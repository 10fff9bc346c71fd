"""`hirelay costs`: checks cost entries and posts them to the gateway."""
