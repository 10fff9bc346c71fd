"""Stories of running stacks, which end when the last of them has run in a process."""
