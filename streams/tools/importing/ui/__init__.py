"""The page of `hirelay import --ui`: imports for people without a terminal, on this machine only."""
