"""Domain values and pure functions on them; no I/O, clock, logging, environment or framework."""
