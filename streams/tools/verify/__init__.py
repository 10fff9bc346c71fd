"""`hirelay verify`: the live numbers compared with the oracle."""
