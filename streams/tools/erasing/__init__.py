"""`hirelay erase`: a person's ids leave everything that Hirelay keeps, and the numbers stay as they are."""
