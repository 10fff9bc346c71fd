"""The `hirelay relay` commands."""
