"""`hirelay retention`: what is kept, where, for how long, and since when."""
