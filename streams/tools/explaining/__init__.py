"""`hirelay explain`: why a KPI differs between two periods."""
