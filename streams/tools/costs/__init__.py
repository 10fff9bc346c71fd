"""`hirelay costs`: cost entries checked and posted to the gateway."""
