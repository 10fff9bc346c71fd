"""`hirelay members`: the directory of names of jobs, departments and employees."""
