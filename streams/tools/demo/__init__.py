"""`hirelay demo` and `hirelay simulate`: a simulated hiring season on a local stack."""
