"""`hirelay demo` and `hirelay simulate`: a hiring season on a local stack."""
