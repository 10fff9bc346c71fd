"""The vocabulary: values and arithmetic on values; no I/O, clock, logging, environment or framework."""
