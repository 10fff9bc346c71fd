"""`hirelay connect`, `connections` and `mapping`: from a vendor's webhook to its first event."""
