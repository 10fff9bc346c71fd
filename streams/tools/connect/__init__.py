"""`hirelay connect`, `connections` and `mapping`: set up a vendor's webhook and check that it works."""
