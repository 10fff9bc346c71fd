"""`hirelay verify`: compare the live numbers with the oracle."""
