"""`hirelay alerts`: what is off target now, why, and what was done about it."""
