"""`hirelay quality`: which data needs attention, with an example of each kind and what to do about it."""
