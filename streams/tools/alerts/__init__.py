"""`hirelay alerts`: what is off target now, why, and which actions were taken."""
